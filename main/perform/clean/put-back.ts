import { setTimeout as sleep } from 'node:timers/promises'
import type { ProofRow } from '../../../shared/plan'
import { bytesText, countText } from '../../../shared/units'
import { ask, bounds, judged, placesOf, type CleanPerformer } from './part'

/** A batch that was under way when its sweep was cancelled may still add to what is put back. */
const MOST_ROUNDS = 10
const BETWEEN_ROUNDS_MS = 200

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
      const outcome = judged(part, [leftRow(answer)])
      return outcome.state === 'done'
        ? { ...outcome, note: `${countText(restored, 'file')} (${bytesText(bytes)}) put back.` }
        : outcome
    }
    await sleep(BETWEEN_ROUNDS_MS, undefined, { signal: part.context.signal })
  }
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
