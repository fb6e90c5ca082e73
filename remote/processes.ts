import type { ProcessFacts } from '../shared/process'
import { psWords } from '../shared/ps-words'
import { AppError } from '../shared/errors'
import type { Handler } from './handler'
import { argvOf, bootedAtMs, listPids, readProcess } from './proc'
import { psCommand } from './ps-command'
import { isOpenClaw } from './recognize'
import { runCommand } from './run-command'
import { forgetLook } from './windows/look'
import { windowsFamily, type WindowsProcess } from './windows/processes'

const PS = psCommand(['pid', 'ppid', 'uid', 'rss', 'lstart', 'args'])
const PS_LIMIT_MS = 10_000

/** Every process of OpenClaw on the node, also other users' where the system shows them. */
export const handleProcesses: Handler<'processes'> = async () => {
  if (process.platform === 'linux') return { processes: openClawProcesses(), bootedAtMs: bootedAtMs() }
  if (process.platform === 'win32') {
    forgetLook()
    return { processes: [...(await windowsFamily()).processes].map(plainFacts), bootedAtMs: 0 }
  }
  const processes = await processesByPs()
  return { processes: processes.filter(({ argv }) => isOpenClaw(argv)), bootedAtMs: 0 }
}

/** What the answer has room for. */
function plainFacts({ launcher: _, isLauncher: __, ...facts }: WindowsProcess): ProcessFacts {
  return facts
}

/** Reads the rest only of those that are recognized by their words: most processes cost one small read. */
export function openClawProcesses(): ProcessFacts[] {
  const found: ProcessFacts[] = []
  for (const pid of listPids()) {
    const argv = argvOf(pid)
    if (argv === null || !isOpenClaw(argv)) continue
    const facts = readProcess(pid)
    if (facts !== null) found.push(facts)
  }
  return found
}

/**
 * All processes where there is no /proc. Start times are seconds there; words with spaces come apart, but for the program's.
 * @throws when `ps` does not even show this very process: then what it leaves out is not known.
 */
export async function processesByPs(): Promise<ProcessFacts[]> {
  const { stdout } = await runCommand(PS, { limitMs: PS_LIMIT_MS })
  const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\w{3} \w{3}\s+\d+ [\d:]+ \d{4})\s+(.*)$/
  const found = stdout.split('\n').flatMap(text => {
    const [, pid, ppid, uid, rss, started, words] = line.exec(text) ?? []
    if (words === undefined || started === undefined) return []
    const startedMs = Date.parse(started)
    return {
      pid: Number(pid),
      ppid: Number(ppid),
      uid: Number(uid),
      startedAtTicks: startedMs / 10,
      ageMs: Math.max(0, Date.now() - startedMs),
      rssBytes: Number(rss) * 1024,
      argv: psWords(words),
      exe: null,
      cgroup: null,
    }
  })
  if (!found.some(({ pid }) => pid === process.pid))
    throw new AppError('command-failed', 'ps does not show all processes.')
  return found
}
