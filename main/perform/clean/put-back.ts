import { setTimeout as sleep } from 'node:timers/promises'
import type { ProofRow } from '../../../shared/plan'
import { bytesText, countText } from '../../../shared/units'
import { ask, bounds, judged, placesOf, type CleanPart, type CleanPerformer } from './part'

/** A batch that was under way when its sweep was cancelled may still add to what is put back. */
const MOST_ROUNDS = 10
const BETWEEN_ROUNDS_MS = 200

/** Kept with the run: how many files it has found so far. */
const RESTORED = 'clean-restored'

/** Puts back what a sweep put aside, until a round finds nothing more. Safe to repeat: what is back already is done. */
export const putBack: CleanPerformer = async part => {
  let restored = 0
  let bytes = 0
  for (let round = 1; ; round++) {
    const answer = await ask(part, remote =>
      remote.request('putBack', { ...placesOf(part), operationId: part.of }, bounds(part)),
    )
    restored += answer.restored
    bytes += answer.bytes
    if (answer.restored === 0 || round === MOST_ROUNDS) {
      const outcome = judged(part, [leftRow(answer), ...foundRows(part, restored + answer.taken)])
      return outcome.state === 'done'
        ? { ...outcome, note: `${countText(restored, 'file')} (${bytesText(bytes)}) put back.` }
        : outcome
    }
    await sleep(BETWEEN_ROUNDS_MS, undefined, { signal: part.context.signal })
  }
}

/** A return that finds nothing cannot say that it brought something back: it may have been purged meanwhile. */
function foundRows({ context }: CleanPart, found: number): ProofRow[] {
  const isReturn = context.plan.kind === 'return'
  const before = Number(context.data(RESTORED) ?? '0')
  context.saveData(RESTORED, String(before + found))
  if (!isReturn || before + found > 0) return []
  return [
    {
      what: 'Files that were put aside',
      expected: 'some',
      found: 'nothing was there any more',
      verdict: 'unknown',
    },
  ]
}

function leftRow({ restored, taken }: { readonly restored: number; readonly taken: number }): ProofRow {
  const found =
    taken > 0 ? `${countText(taken, 'file')} whose name is taken again` : restored > 0 ? 'still some' : 'none'
  return {
    what: 'Files not put back',
    expected: 'none',
    found,
    verdict: found === 'none' ? 'proven' : 'differs',
  }
}
