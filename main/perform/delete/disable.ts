import type { Argv } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'
import { isWindows, lastLine, run, uidOf } from './commands'
import { endProcesses } from './end-processes'
import { Outcomes } from './outcomes'
import { ofOneItem, type Part, type VerbPerformer } from './part'
import { presenceOf } from './presence'
import { drive, isEnabled, stateOf, unitOf, type Unit, type UnitState } from './units'

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
  if (isWindows(part)) await endNewcomers(part, uid, outcomes)
  return outcomes.summary('No service starts by itself.')
}

/** A task may start at any moment until it is switched off; some of OpenClaw's do so every three minutes. */
async function endNewcomers(part: Part, uid: number, outcomes: Outcomes): Promise<void> {
  const { processes, unproven } = await endProcesses(part, uid, false)
  for (const process of processes) outcomes.note(process, 'remains', 'it was started before its task was switched off.')
  const item = { id: 'enabled:newcomers', name: 'What a task started before it was switched off' }
  if (unproven.length > 0) outcomes.note(item, 'unknown', unproven.join('; '))
}

async function disableOne(
  part: Part,
  uid: number,
  { argv, unit }: { readonly argv: Argv; readonly unit: Unit },
  outcomes: Outcomes,
): Promise<void> {
  const item = { id: `enabled:${unit.scope}:${unit.name}`, name: `The start of ${unit.name} by itself` }
  const before = await stateOf(part, uid, unit)
  if (before !== null && isTold(unit, before) && !isEnabled(before)) {
    outcomes.note(item, 'absent')
    return
  }
  if (before !== null && (await isGone(part, uid, unit, before))) {
    outcomes.note(item, 'absent')
    return
  }
  let said = 'the service manager does not answer'
  try {
    const result = await drive(part, uid, { argv, unit }, LIMIT_MS)
    if (result.code !== 0) said = lastLine(result)
  } catch (error) {
    const { message, hint } = ofOneItem(error, part)
    said = [message, hint].join(' ')
  }
  const after = await stateOf(part, uid, unit)
  if (after === null || !isTold(unit, after)) outcomes.note(item, 'unknown', said)
  else if (isEnabled(after)) outcomes.note(item, 'remains', `it is still ${after.file}; ${said}`)
  else outcomes.note(item, 'gone')
}

/** systemd and the task scheduler say nothing of what is not there; from launchd silence means that it was not told. */
function isTold({ manager }: Unit, { file }: UnitState): boolean {
  return manager !== 'launchd' || file !== ''
}

/** launchd would note also what is not there as switched off: a second run must not make such a note anew. */
async function isGone(part: Part, uid: number, { manager, name }: Unit, state: UnitState): Promise<boolean> {
  if (manager !== 'launchd' || state.load === 'loaded') return false
  const paths = part.items.flatMap(({ path }) => (path !== null && path.endsWith(`/${name}.plist`) ? [path] : []))
  if (paths.length === 0) return false
  return [...(await presenceOf(part, uid, paths)).values()].every(presence => presence === 'absent')
}
