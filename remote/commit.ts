import { AppError } from '../shared/errors'
import type { Params, Result } from '../shared/protocol'
import { syncMoves, syncTree } from './durable'
import { planMoves } from './commit-plan'
import { atOnce, type Handler } from './handler'
import { Journal, type Intent } from './journal'
import { perform, undo } from './moves'
import { asAppError, fromRef, resolveRoots, type Root } from './paths'
import { findStaging, openStaging, type Staging } from './staging'
import { withoutSignals } from './without-signals'

/**
 * Answers `commit`. All of it is synchronous: from the first rename on nothing can come in between but a kill, and after
 * that the next `commit` completes it and `rollBack` undoes it. A failure on the way undoes itself.
 */
export const handleCommit: Handler<'commit'> = params => atOnce(() => withoutSignals(() => commit(params)))

interface Side {
  readonly staging: Staging
  readonly journal: Journal
  readonly intent: Intent
}

function commit(params: Params<'commit'>): Result<'commit'> {
  const sides = [...resolveRoots(params.roots).values()].flatMap(root => prepare(root, params))
  const open = sides.filter(({ journal }) => journal.read().phase !== 'committed')
  for (const { journal, intent } of open) if (journal.read().phase === 'staging') journal.begin(intent)
  try {
    for (const { staging, journal, intent } of open) for (const move of intent.moves) perform(staging, move, journal)
  } catch (error) {
    takeBack(open)
    throw asAppError(error, open[0]?.staging.root.path ?? Buffer.from(''))
  }
  for (const { staging, intent } of open) syncMoves(staging, intent.moves)
  for (const { journal } of open) journal.phase('committed')
  const sum = (count: (intent: Intent) => number): number =>
    sides.reduce((total, side) => total + count(side.intent), 0)
  return { placed: sum(({ placed }) => placed), setAside: sum(({ setAside }) => setAside) }
}

/** What is to be done for one root: what an unfinished commit noted, or a new plan. Nothing live is touched yet. */
function prepare(root: Root, params: Params<'commit'>): Side[] {
  const remove = params.remove.filter(file => file.root === root.name).map(fromRef)
  const isConcerned = remove.length > 0 || findStaging(root, params.operationId) !== undefined
  if (!isConcerned) return []
  const staging = openStaging(root, params.operationId)
  const journal = new Journal(staging)
  const { phase, intent } = journal.read()
  if (phase === 'rolling-back' || phase === 'rolled-back') {
    throw new AppError('bad-input', 'This change was rolled back; it cannot be made again.')
  }
  if (phase !== 'staging') return [{ staging, journal, intent }]
  const planned = planMoves(staging, remove)
  syncTree(staging.incoming)
  return [{ staging, journal, intent: planned }]
}

/** After a failed rename: back to how it was, ready for another try. */
function takeBack(sides: readonly Side[]): void {
  for (const { journal } of sides) journal.phase('rolling-back')
  for (const { staging, journal } of sides) {
    const { moves } = journal.read().intent
    for (const move of [...moves].reverse()) undo(staging, move)
    syncMoves(staging, moves)
  }
  for (const { journal } of sides) journal.phase('staging')
}
