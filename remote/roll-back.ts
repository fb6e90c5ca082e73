import type { Params, Result } from '../shared/protocol'
import { syncMoves } from './durable'
import { atOnce, type Handler } from './handler'
import { Journal } from './journal'
import { undo } from './moves'
import { asAppError, resolveRoots } from './paths'
import { findStaging, type Staging } from './staging'
import { withoutSignals } from './without-signals'

/** Answers `rollBack`: exactly what was there before comes back. What was never committed stays staged. */
export const handleRollBack: Handler<'rollBack'> = params => atOnce(() => withoutSignals(() => rollBack(params)))

function rollBack({ roots, operationId }: Params<'rollBack'>): Result<'rollBack'> {
  const begun = [...resolveRoots(roots).values()].flatMap(root => {
    const staging = findStaging(root, operationId)
    if (staging === undefined) return []
    const journal = new Journal(staging)
    const { phase, intent } = journal.read()
    return phase === 'staging' || phase === 'rolled-back' ? [] : [{ staging, journal, intent }]
  })
  for (const { journal } of begun) journal.phase('rolling-back')
  let restored = 0
  for (const { staging, intent } of begun.reverse()) restored += undoAll(staging, intent.moves)
  for (const { journal } of begun) journal.phase('rolled-back')
  return { restored }
}

function undoAll(staging: Staging, moves: Parameters<typeof syncMoves>[1]): number {
  let restored = 0
  try {
    for (const move of [...moves].reverse()) if (undo(staging, move)) restored += 1
  } catch (error) {
    throw asAppError(error, staging.root.path)
  }
  syncMoves(staging, moves)
  return restored
}
