import type { ProofRow } from '../../../shared/plan'
import { countText } from '../../../shared/units'
import { done } from '../types'
import { genericRows } from './generic-rows'
import { itemRows, questionsAbout } from './item-rows'
import type { VerbPerformer } from './part'

/** An error names so many rows; the proof has them all. */
const MOST_NAMED = 20

/**
 * Asks a witness, over a fresh connection and with other code than that which acted, for every item that goes and for what
 * nobody may have known of. Done only when all of it is proven gone.
 */
export const verify: VerbPerformer = async ({ nodeId, deletion, context, means }) => {
  const going = deletion.items.filter(item => item.verdict === 'goes')
  const { questions, places } = questionsAbout(going)
  const seen = await means.witness.look(nodeId, questions, context.signal)
  const rows: ProofRow[] = [...itemRows(going, seen, places), ...genericRows(deletion, seen)]
  context.saveProof(rows)
  const open = rows.filter(row => row.verdict !== 'proven')
  if (open.length === 0) return done(`${countText(rows.length, 'row')} of ${rows.length} hold: nothing is left.`)
  const list = open.slice(0, MOST_NAMED).map(row => `${row.what}: ${row.found}`)
  const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : ''
  return {
    state: 'failed',
    note: `${countText(open.length, 'row')} of ${rows.length} not proven: ${list.join('; ')}${more}.`,
    error: {
      code: 'check-failed',
      message: `Not everything is proven gone: ${list.join('; ')}${more}.`,
      hint: 'Try what is left again.',
    },
  }
}
