import type { DeletionItem } from '../../../shared/deletion'
import { bytesText, countText, MINUTE } from '../../../shared/units'
import { ProgressMeter } from '../progress'
import { run, uidOf } from './commands'
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
  const { stdout } = await run(part, uid, ['sh', '-c', LIST, 'sh', root], MINUTE)
  return stdout.split('\n').filter(path => /^[\w./ -]+$/.test(path) && !path.split('/').includes('..'))
}
