import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../shared/errors'
import type { Plan, ProofRow } from '../../../shared/plan'
import { countText, SECOND } from '../../../shared/units'
import { done } from '../types'
import { loginOf } from './commands'
import { genericRows, NEWCOMERS, newcomersRow, unknownRow } from './generic-rows'
import { enabledRows, isLeft, itemRows, leftRows, noteRows, questionsAbout } from './item-rows'
import { withoutSharedLines } from './shared-lines'
import { freshTraces, isNodeMissing, type Part, type VerbPerformer } from './part'
import { unitOf, type Unit } from './units'

/** An error names so many rows; the proof has them all. */
const MOST_NAMED = 20

/** So often the witness looks once more while something is open, and the pause before, ms. */
const LOOKS_AGAIN = 2
const PAUSE_MS = SECOND

/**
 * Asks a witness, over a fresh connection and with other code than that which acted, for every item that goes and for what
 * nobody may have known of. Done only when all of it is proven gone.
 */
export const verify: VerbPerformer = async part => {
  const { nodeId, deletion, context, means } = part
  const going = deletion.items.filter(item => item.verdict === 'goes')
  const { questions, places } = questionsAbout(going)
  const units = unitsOf(context.plan)
  const tasks = deletion.items.flatMap(({ task }) => task ?? [])
  const [login, fresh] = [await loginOf(part), await newcomers(part)]
  const look = async (): Promise<ProofRow[]> => {
    const asked = { ...questions, units, tasks, platform: context.plan.platform }
    const seen = await means.witness.look(nodeId, asked, context.signal)
    return [
      ...itemRows(withoutSharedLines(going, deletion.items), seen, places),
      ...enabledRows(units, seen),
      ...noteRows(units, seen),
      ...leftRows(deletion.items, seen),
      ...genericRows(deletion, seen, login),
      ...fresh,
    ]
  }
  let rows = await look()
  // A process that was just ending, or had only begun, can be seen without its words; the last look is the proof.
  for (let again = 0; again < LOOKS_AGAIN && rows.some(isOpen); again++) {
    await sleep(PAUSE_MS, undefined, { signal: context.signal })
    rows = await look()
  }
  context.saveProof(rows)
  const open = rows.filter(isOpen)
  if (open.length === 0) {
    const yours = rows.filter(isLeft).map(row => row.what)
    const rest = yours.length === 0 ? 'nothing is left' : `still there, and left to you: ${yours.join(', ')}`
    return done(`${countText(rows.length, 'row')} of ${rows.length} hold: ${rest}.`)
  }
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

function isOpen({ verdict }: ProofRow): boolean {
  return verdict !== 'proven'
}

/** The units that the plan switches off. */
function unitsOf({ steps }: Plan): readonly Unit[] {
  return steps.flatMap(({ action }) =>
    action.type === 'delete' && action.verb === 'disable' ? action.commands.flatMap(argv => unitOf(argv) ?? []) : [],
  )
}

/** Where Node.js went with what was removed, nothing can be asked but the witness. What the node cannot list is not known. */
async function newcomers(part: Part): Promise<readonly ProofRow[]> {
  try {
    return [newcomersRow(part.deletion, (await freshTraces(part)).traces)]
  } catch (error) {
    if (isNodeMissing(error)) return []
    if (!(error instanceof AppError) || error.code !== 'command-failed') throw error
    return [unknownRow(NEWCOMERS, error.message)]
  }
}
