import type { DeletionItem } from '../../../shared/deletion'
import { AppError } from '../../../shared/errors'
import { bytesText, countText, MINUTE } from '../../../shared/units'
import { ProgressMeter } from '../progress'
import { askPowerShell, isWindows, lastLine, run, uidOf } from './commands'
import { Outcomes } from './outcomes'
import { ask, freshTraces, isNodeMissing, ofOneItem, type Part, type VerbPerformer } from './part'
import { removeTold } from './removal'
import { done, type Outcome } from '../types'

/** Prints, each ended by a newline, what of conversations lies beneath a state directory, relative to it; both storage eras. */
const LIST = `
cd -- "$1" || exit 0
for path in \
  agents/*/sessions agents/*/session-sqlite-import-archive agents/*/session-sqlite-migration-runs \
  agents/*/agent/openclaw-agent.sqlite* sessions delivery-queue delivery-queue-media; do
  if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\\n' "$path"; fi
done
`

/** The same in PowerShell, for Windows. */
const LIST_ON_WINDOWS = `
  $root = $asked.root + '/'
  $found = @('sessions', 'delivery-queue', 'delivery-queue-media')
  $agents = @()
  if ([IO.Directory]::Exists($root + 'agents')) { $agents = [IO.Directory]::GetDirectories($root + 'agents') }
  foreach ($folder in $agents) {
    $agent = 'agents/' + [IO.Path]::GetFileName($folder)
    foreach ($name in 'sessions', 'session-sqlite-import-archive', 'session-sqlite-migration-runs') {
      $found += $agent + '/' + $name
    }
    if (-not [IO.Directory]::Exists($root + $agent + '/agent')) { continue }
    foreach ($file in [IO.Directory]::GetFiles($root + $agent + '/agent', 'openclaw-agent.sqlite*')) {
      $found += $agent + '/agent/' + [IO.Path]::GetFileName($file)
    }
  }
  foreach ($path in $found) {
    if ([IO.File]::Exists($root + $path) -or [IO.Directory]::Exists($root + $path)) { Say $path }
  }
`

/**
 * Removes the conversations first, from every state directory that goes: should the rest fail, what is private is gone
 * before what is merely large.
 */
export const clearSessions: VerbPerformer = async part => {
  const states = part.deletion.items.filter(item => item.kind === 'state' && item.verdict === 'goes')
  if (states.length === 0) return done('There are no conversations.')
  const outcomes = new Outcomes(part)
  const clearing: Clearing = { part, uid: await uidOf(part), outcomes, total: { removed: 0, bytes: 0 } }
  try {
    for (const item of states) await clearOne(clearing, item)
  } catch (error) {
    if (!isNodeMissing(error)) throw error
    return withoutNode()
  }
  const { removed, bytes } = clearing.total
  return outcomes.summary('', `${countText(removed, 'entry', 'entries')} removed, ${bytesText(bytes)}.`)
}

function withoutNode(): Outcome {
  return {
    state: 'unknown',
    note: 'The node has no Node.js any more; conversations go with their directory, and the proof tells.',
  }
}

interface Clearing {
  readonly part: Part
  readonly uid: number
  readonly outcomes: Outcomes
  readonly total: { removed: number; bytes: number }
}

async function clearOne({ part, uid, outcomes, total }: Clearing, item: DeletionItem): Promise<void> {
  const root = item.path
  if (root === null) return
  const name = { id: `sessions:${item.id}`, name: `Conversations in ${root}` }
  const before = await conversationsIn(part, uid, root)
  if (before.length === 0) {
    outcomes.note(name, 'absent')
    return
  }
  const now = (await freshTraces(part)).traces.find(trace => trace.id === item.id)
  if (now?.refusal !== null) {
    outcomes.note(name, 'remains', now?.refusal ?? 'OCM does not recognize the directory any more and leaves it alone.')
    return
  }
  const meter = new ProgressMeter(progress => part.context.progress(progress))
  let problem = 'still there.'
  try {
    const result = await ask(part, remote => removeTold(part, remote, { root, paths: [...before] }, meter))
    total.removed += result.removed
    total.bytes += result.bytes
  } catch (error) {
    problem = ofOneItem(error, part).message
  }
  const after = await conversationsIn(part, uid, root)
  if (after.length === 0) outcomes.note(name, 'gone')
  else outcomes.note(name, 'remains', `${after.join(', ')}: ${problem}`)
}

/** What of conversations lies there, relative to the state directory. Odd names of agents go with the directory itself. */
async function conversationsIn(part: Part, uid: number, root: string): Promise<readonly string[]> {
  return (await listed(part, uid, root))
    .split('\n')
    .filter(path => /^[\w./ -]+$/.test(path) && !path.split('/').includes('..'))
}

async function listed(part: Part, uid: number, root: string): Promise<string> {
  if (!isWindows(part)) return (await run(part, uid, ['sh', '-c', LIST, 'sh', root], MINUTE)).stdout
  const script = { purpose: 'conversations', text: LIST_ON_WINDOWS, data: { root } }
  const result = await askPowerShell(part, script, MINUTE)
  if (result.code === 0) return result.stdout
  throw new AppError('command-failed', `The conversations in ${root} could not be listed: ${lastLine(result)}.`)
}
