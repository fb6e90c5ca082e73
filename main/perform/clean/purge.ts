import { bytesText, countText } from '../../../shared/units'
import { ask, bounds, judged, placesOf, type CleanPerformer } from './part'

/** Removes for good what a sweep put aside, and asks again to see that nothing is left. */
export const purge: CleanPerformer = async part => {
  const request = { ...placesOf(part), operationId: part.of, olderThanMs: 0 }
  const gone = await ask(part, remote => remote.request('purge', request, bounds(part)))
  const left = await ask(part, remote => remote.request('purge', request, bounds(part)))
  const outcome = judged(part, [
    {
      what: 'Files that were put aside',
      expected: 'none',
      found: left.removed === 0 ? 'none' : countText(left.removed, 'file'),
      verdict: left.removed === 0 ? 'proven' : 'differs',
    },
  ])
  if (outcome.state !== 'done') return outcome
  return { ...outcome, note: `${countText(gone.removed, 'file')} (${bytesText(gone.bytes)}) removed for good.` }
}
