import type { Argv } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'
import { lastLine, run, runAsRoot, uidOf } from './commands'
import { Outcomes } from './outcomes'
import { ofOneItem, type Part, type VerbPerformer } from './part'
import { isEnabled, stateOf, unitOf, type Unit } from './units'

const LIMIT_MS = 30 * SECOND

/** Keeps every service that goes from starting again at the next boot or login. */
export const disable: VerbPerformer = async part => {
  const uid = await uidOf(part)
  const outcomes = new Outcomes(part)
  for (const argv of part.commands) {
    const unit = unitOf(argv)
    if (unit !== null) await disableOne(part, uid, { argv, unit }, outcomes)
    else await run(part, uid, argv, LIMIT_MS)
  }
  return outcomes.summary('No service starts by itself.')
}

async function disableOne(
  part: Part,
  uid: number,
  { argv, unit }: { readonly argv: Argv; readonly unit: Unit },
  outcomes: Outcomes,
): Promise<void> {
  const item = { id: `enabled:${unit.scope}:${unit.name}`, name: `The start of ${unit.name} by itself` }
  const before = await stateOf(part, uid, unit)
  if (before !== null && !isEnabled(before)) {
    outcomes.note(item, 'absent')
    return
  }
  let said = 'the service manager does not answer'
  try {
    const act = unit.scope === 'system' ? runAsRoot : run
    const result = await act(part, uid, argv, LIMIT_MS)
    if (result.code !== 0) said = lastLine(result)
  } catch (error) {
    const { message, hint } = ofOneItem(error, part)
    said = [message, hint].join(' ')
  }
  const after = await stateOf(part, uid, unit)
  if (after === null) outcomes.note(item, 'unknown', said)
  else if (isEnabled(after)) outcomes.note(item, 'remains', `it is still ${after.file}; ${said}`)
  else outcomes.note(item, 'gone')
}
