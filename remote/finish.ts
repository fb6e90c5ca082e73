import { renameSync, rmSync } from 'node:fs'
import type { Params } from '../shared/protocol'
import { AppError } from '../shared/errors'
import { atOnce, type Handler } from './handler'
import { Journal } from './journal'
import { asAppError, resolveRoots } from './paths'
import { findFinished, findStaging, finishedName } from './staging'

/** Answers `finish`: drops the working folders with all that was set aside. Refuses while a change is half made. */
export const handleFinish: Handler<'finish'> = params => atOnce(() => finish(params))

function finish({ roots, operationId }: Params<'finish'>): Record<string, never> {
  const resolved = [...resolveRoots(roots).values()]
  const stagings = resolved.flatMap(root => findStaging(root, operationId) ?? [])
  for (const staging of stagings) {
    const { phase } = new Journal(staging).read()
    if (phase === 'committing' || phase === 'rolling-back') {
      throw new AppError('busy', 'The change on the node is half made: complete it or roll it back first.')
    }
  }
  try {
    // First out of sight in one step: a half-deleted folder must not be taken for a staged one.
    for (const { folder } of stagings) renameSync(folder, finishedName(folder))
    for (const root of resolved)
      for (const folder of findFinished(root, operationId)) rmSync(folder, { recursive: true })
  } catch (error) {
    throw asAppError(error, resolved[0]?.path ?? Buffer.from(''))
  }
  return {}
}
