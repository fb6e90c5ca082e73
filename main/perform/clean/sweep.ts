import { AppError } from '../../../shared/errors'
import type { Result } from '../../../shared/protocol'
import { bytesText, countText } from '../../../shared/units'
import { keptWhy } from '../../plan/clean-texts'
import { ProgressMeter } from '../progress'
import { done } from '../types'
import { ask, bounds, noteGateways, noteSwept, placesOf, type CleanPart, type CleanPerformer } from './part'

/**
 * Takes the plan's orphans away, batch by batch; the node looks at each of them again right before. What went before a
 * cancel or a cut line is counted: a run that goes on adds to it.
 */
export const sweep: CleanPerformer = async part => {
  await noteGateways(part)
  const counted = { removed: 0, bytes: 0 }
  try {
    const result = await request(part, counted)
    const all = noteSwept(part, result)
    return done(
      [`${countText(all.removed, 'file')} (${bytesText(all.bytes)}) ${verbOf(part)}.`, ...keptTexts(result)].join(' '),
    )
  } catch (error) {
    if (counted.removed > 0) noteSwept(part, { ...counted, diskBytes: counted.bytes })
    throw toldHowFar(error, part, counted)
  }
}

function request(part: CleanPart, counted: { removed: number; bytes: number }): Promise<Result<'sweep'>> {
  const { cleaning, context, of } = part
  const groups = cleaning.groups.filter(group => group.count > 0)
  const meter = new ProgressMeter(
    progress => context.progress(progress),
    groups.reduce((sum, group) => sum + group.bytes, 0),
    groups.reduce((sum, group) => sum + group.count, 0),
  )
  return ask(part, remote =>
    remote.request(
      'sweep',
      {
        ...placesOf(part),
        operationId: of,
        groups: groups.map(({ folder, folderBytes, family }) => ({
          folder,
          family,
          ...(folderBytes === undefined ? {} : { folderBytes }),
        })),
        minAgeMs: cleaning.options.minAgeMs,
        asOf: cleaning.asOf,
        undo: cleaning.options.withUndo,
      },
      {
        ...bounds(part),
        onItem: ({ removed, bytes, folder }) => {
          // Each item counts from the beginning.
          meter.add(bytes - counted.bytes, removed - counted.removed, folder)
          Object.assign(counted, { removed, bytes })
        },
      },
    ),
  ).finally(() => meter.flush())
}

function verbOf({ cleaning }: CleanPart): string {
  return cleaning.options.withUndo ? 'put aside' : 'removed'
}

function keptTexts({ kept }: Result<'sweep'>): string[] {
  return kept.map(({ why, count }) => `${countText(count, 'file')} stayed: ${keptWhy(why)}.`)
}

/** A cancelled sweep says what it had reached. */
function toldHowFar(error: unknown, part: CleanPart, { removed, bytes }: { removed: number; bytes: number }): unknown {
  if (!(error instanceof AppError) || error.code !== 'aborted') return error
  const reached = `${countText(removed, 'file')} (${bytesText(bytes)}) ${removed === 1 ? 'was' : 'were'} ${verbOf(part)}`
  return new AppError('aborted', `Cancelled: ${reached} until then.`, { cause: error })
}
