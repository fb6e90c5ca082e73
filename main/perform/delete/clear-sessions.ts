import { join } from 'node:path/posix'
import type { DeletionItem } from '../../../shared/deletion'
import { valueOf } from '../../../shared/survey'
import { bytesText, countText } from '../../../shared/units'
import type { NodeFacts } from '../../plan/facts'
import { ProgressMeter } from '../progress'
import { uidOf } from './commands'
import { Outcomes } from './outcomes'
import { ask, bounds, freshTraces, isNodeMissing, ofOneItem, type Part, type VerbPerformer } from './part'
import { presenceOf } from './presence'
import { done, type Outcome } from '../types'

/** Where conversations lie, of both storage eras, beneath one agent's folder. */
const OF_AGENT: readonly string[] = [
  'sessions',
  'session-sqlite-import-archive',
  'session-sqlite-migration-runs',
  'agent/openclaw-agent.sqlite',
  'agent/openclaw-agent.sqlite-wal',
  'agent/openclaw-agent.sqlite-shm',
]

/** The same, beneath the state directory itself. */
const OF_STATE: readonly string[] = ['sessions', 'delivery-queue', 'delivery-queue-media']

/**
 * Removes the conversations first, from every state directory that goes: should the rest fail, what is private is gone
 * before what is merely large.
 */
export const clearSessions: VerbPerformer = async part => {
  const states = part.deletion.items.filter(item => item.kind === 'state' && item.verdict === 'goes')
  if (states.length === 0) return done('There are no conversations.')
  const outcomes = new Outcomes(part)
  try {
    const facts = await part.means.look(part.nodeId, part.context.signal)
    const fresh = new Map((await freshTraces(part)).traces.map(trace => [trace.id, trace]))
    const total = { removed: 0, bytes: 0 }
    const uid = await uidOf(part)
    for (const item of states) {
      const now = fresh.get(item.id)
      const name = { id: `sessions:${item.id}`, name: `Conversations in ${item.path ?? item.name}` }
      if (now === undefined) outcomes.note(name, 'absent')
      else if (now.refusal !== null) outcomes.note(name, 'remains', now.refusal)
      else await clearOne({ part, uid, total, outcomes }, name, { item, facts })
    }
    return outcomes.summary('', `${countText(total.removed, 'entry', 'entries')} removed, ${bytesText(total.bytes)}.`)
  } catch (error) {
    if (!isNodeMissing(error)) throw error
    return withoutNode()
  }
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

async function clearOne(
  { part, uid, outcomes, total }: Clearing,
  name: { readonly id: string; readonly name: string },
  { item, facts }: { readonly item: DeletionItem; readonly facts: NodeFacts },
): Promise<void> {
  const root = item.path
  if (root === null) return
  const paths = sessionPaths(root, facts)
  const before = await presentOf(part, uid, root, paths)
  if (before.length === 0) {
    outcomes.note(name, 'absent')
    return
  }
  const meter = new ProgressMeter(progress => part.context.progress(progress))
  let problem = 'they are still there.'
  try {
    const result = await ask(part, remote =>
      remote.request('remove', { root, paths: [...before] }, { ...bounds(part, part.context.limitMs) }),
    )
    total.removed += result.removed
    total.bytes += result.bytes
    meter.add(result.bytes, result.removed, root)
  } catch (error) {
    problem = ofOneItem(error, part).message
  }
  const after = await presentOf(part, uid, root, before)
  if (after.length === 0) outcomes.note(name, 'gone')
  else outcomes.note(name, 'remains', `${after.join(', ')}: ${problem}`)
}

/** Relative paths that hold conversations; agents are named by the node's own configuration, so odd names are left out. */
function sessionPaths(root: string, { survey }: NodeFacts): readonly string[] {
  const profile = survey.profiles.find(candidate => candidate.stateDir === root)
  const agents = (profile === undefined ? undefined : valueOf(profile.agents))?.map(agent => agent.id) ?? ['main']
  const plain = agents.filter(id => /^[\w.-]+$/.test(id) && id !== '.' && id !== '..')
  return [...plain.flatMap(id => OF_AGENT.map(path => join('agents', id, path))), ...OF_STATE]
}

async function presentOf(part: Part, uid: number, root: string, paths: readonly string[]): Promise<readonly string[]> {
  const found = await presenceOf(
    part,
    uid,
    paths.map(path => join(root, path)),
  )
  return paths.filter(path => found.get(join(root, path)) !== 'absent')
}
