import type { Argv } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { LOOK_AT_PATHS } from '../../remote/powershell-looks'
import { askPowerShell, isWindows, run } from './commands'
import type { Part } from './part'

/** Whether something is at a path. `unknown`: a folder on the way is closed to the login. */
export type Presence = 'present' | 'absent' | 'unknown'

/** So many paths fit well into one command. */
const AT_ONCE = 200

/** Plain sh, so that it works also where Node.js is gone. The same test as the witness makes. */
const LOOK = `
for path in "$@"; do
  if [ -e "$path" ] || [ -L "$path" ]; then echo present; continue; fi
  parent=$path
  while [ ! -e "$parent" ] && [ "$parent" != / ] && [ "$parent" != . ]; do
    case $parent in */*) parent=\${parent%/*}; parent=\${parent:-/} ;; *) parent=. ;; esac
  done
  if [ ! -d "$parent" ] || [ -x "$parent" ]; then echo absent; else echo unknown; fi
done
`

/** The same in PowerShell, for Windows. */
const LOOK_ON_WINDOWS = `
  ${LOOK_AT_PATHS}
  foreach ($path in $asked.paths) { Say (Look $path) }
`

/** Whether there is anything at these absolute paths, be it a dangling link. */
export async function presenceOf(
  part: Part,
  uid: number,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Presence>> {
  const found = new Map<string, Presence>()
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const some = paths.slice(start, start + AT_ONCE)
    const answers = (await look(part, uid, some)).split('\n')
    some.forEach((path, index) => {
      const answer = answers[index]
      found.set(path, answer === 'present' || answer === 'absent' ? answer : 'unknown')
    })
  }
  return found
}

async function look(part: Part, uid: number, paths: readonly string[]): Promise<string> {
  if (isWindows(part)) {
    const script = { purpose: 'presence', text: LOOK_ON_WINDOWS, data: { paths } }
    const { code, stdout } = await askPowerShell(part, script, MINUTE)
    return code === 0 ? stdout : ''
  }
  const argv: Argv = ['sh', '-c', LOOK, 'sh', ...paths]
  return (await run(part, uid, argv, MINUTE)).stdout
}
