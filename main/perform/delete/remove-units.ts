import type { DeletionItem } from '../../../shared/deletion'
import type { Argv } from '../../../shared/plan'
import { valueOf } from '../../../shared/survey'
import { SECOND } from '../../../shared/units'
import { powershellLine } from '../../remote/powershell'
import { lastLine, run, runAsRoot, uidOf } from './commands'
import { Outcomes } from './outcomes'
import { isNodeMissing, ofOneItem, type Part, type VerbPerformer } from './part'
import { presenceOf } from './presence'
import { removeItems } from './removal'
import { taskOf } from './tasks'
import { drive, noteName, stateOf, unitOf, type Unit } from './units'

const LIMIT_MS = 30 * SECOND

/** A unit that never failed, or is gone, has nothing to reset: that is no problem. */
const MAY_FAIL: ReadonlySet<string> = new Set(['reset-failed'])

/**
 * Removes unit files with their drop-ins, copies and links, and lets the manager read its files anew; launchd unloads first
 * what is loaded again, and drops its notes last. Linger is switched off only where an earlier run of OCM switched it on.
 */
export const removeUnits: VerbPerformer = async part => {
  const outcomes = new Outcomes(part)
  const uid = await uidOf(part)
  const files = part.items.filter(item => (item.kind === 'unit' && item.task === undefined) || item.kind === 'leftover')
  const said: string[] = []
  for (const command of agentCommands(part, 'bootout')) said.push(...(await unload(part, uid, command)))
  await removeItems(part, uid, files, outcomes)
  for (const command of agentCommands(part, 'enable')) await dropNote(part, uid, command, outcomes)
  await removeTasks(part, uid, outcomes)
  for (const argv of part.commands.filter(isForSystemd)) said.push(...(await tell(part, uid, argv)))
  await endLinger(part, uid, outcomes)
  return outcomes.summary('There is no unit.', said.join(' '))
}

/** @returns what the manager said against it. */
async function tell(part: Part, uid: number, argv: Argv): Promise<string[]> {
  const isForAll = argv[0] === 'systemctl' && !argv.includes('--user')
  try {
    const result = await (isForAll ? runAsRoot : run)(part, uid, argv, LIMIT_MS)
    return result.code === 0 || argv.some(word => MAY_FAIL.has(word)) ? [] : [`${argv.join(' ')}: ${lastLine(result)}.`]
  } catch (error) {
    const { message, hint } = ofOneItem(error, part)
    return [[message, hint].join(' ').trim()]
  }
}

/** Scheduled tasks are no files: each goes by its own command, and the scheduler is asked whether it did. */
async function removeTasks(part: Part, uid: number, outcomes: Outcomes): Promise<void> {
  for (const item of part.items.filter(({ kind, task }) => kind === 'unit' && task !== undefined)) {
    const argv = part.commands.find(words => words[1] === '/Delete' && taskOf(words)?.name === item.task)
    const unit = argv === undefined ? null : taskOf(argv)
    if (argv === undefined || unit === null) outcomes.note(item, 'unknown', 'the plan has no command for it.')
    else await removeTask(part, uid, { argv, unit, item }, outcomes)
  }
}

async function removeTask(
  part: Part,
  uid: number,
  { argv, unit, item }: AgentCommand & { readonly item: DeletionItem },
  outcomes: Outcomes,
): Promise<void> {
  const before = await stateOf(part, uid, unit)
  if (before?.load === 'not-found') {
    outcomes.note(item, 'absent')
    return
  }
  let said = 'the task scheduler does not tell.'
  try {
    said = `${lastLine(await drive(part, uid, { argv, unit }, LIMIT_MS))}. ${asAdministrator(argv)}`
  } catch (error) {
    const { message, hint } = ofOneItem(error, part)
    said = [message, hint].join(' ').trim()
  }
  const after = await stateOf(part, uid, unit)
  if (after === null) outcomes.note(item, 'unknown', said)
  else if (after.load === 'not-found') outcomes.note(item, 'gone')
  else outcomes.note(item, 'remains', said)
}

/** What schtasks says is in the language of the machine; where it refuses, that mostly needs more rights. */
function asAdministrator(argv: Argv): string {
  return `If it needs an administrator: ${powershellLine(argv)}`
}

interface AgentCommand {
  readonly argv: Argv
  readonly unit: Unit
}

function agentCommands({ commands }: Part, verb: 'bootout' | 'enable'): readonly AgentCommand[] {
  return commands.flatMap(argv => {
    const unit = argv[0] === 'launchctl' && argv[1] === verb ? unitOf(argv) : null
    return unit === null ? [] : [{ argv, unit }]
  })
}

/** @returns what launchd said against it. */
async function unload(part: Part, uid: number, command: AgentCommand): Promise<string[]> {
  const before = await stateOf(part, uid, command.unit)
  if (before !== null && before.load !== 'loaded') return []
  try {
    const result = await drive(part, uid, command, LIMIT_MS)
    const after = await stateOf(part, uid, command.unit)
    return after !== null && after.load !== 'loaded' ? [] : [`${command.argv.join(' ')}: ${lastLine(result)}.`]
  } catch (error) {
    const { message, hint } = ofOneItem(error, part)
    return [[message, hint].join(' ').trim()]
  }
}

/** Only of what has no file any more: what somebody put back stays switched off. */
async function dropNote(part: Part, uid: number, command: AgentCommand, outcomes: Outcomes): Promise<void> {
  const { unit } = command
  const item = { id: `note:${unit.scope}:${unit.name}`, name: noteName(unit) }
  const isOff = async (): Promise<boolean | null> => {
    const file = (await stateOf(part, uid, unit))?.file ?? ''
    return file === '' ? null : file === 'disabled'
  }
  if ((await isOff()) === false) return
  const paths = part.items.flatMap(({ path }) => (path?.endsWith(`/${unit.name}.plist`) === true ? [path] : []))
  const found = [...(await presenceOf(part, uid, paths)).values()]
  if (found.some(presence => presence !== 'absent')) {
    outcomes.note(item, 'remains', 'its file is still there, so it stays switched off.')
    return
  }
  let said = 'launchd does not tell.'
  try {
    said = `${lastLine(await drive(part, uid, command, LIMIT_MS))}.`
  } catch (error) {
    const { message, hint } = ofOneItem(error, part)
    said = [message, hint].join(' ').trim()
  }
  const after = await isOff()
  if (after === false) outcomes.note(item, 'gone')
  else outcomes.note(item, after === null ? 'unknown' : 'remains', said)
}

function isForSystemd(argv: Argv): boolean {
  return argv[0] === 'systemctl'
}

function isAboutLinger(argv: Argv): boolean {
  return argv[0] === 'loginctl'
}

async function endLinger(part: Part, uid: number, outcomes: Outcomes): Promise<void> {
  const item = part.items.find(candidate => candidate.kind === 'linger')
  if (item === undefined) return
  if (!part.means.registrar.enabledLinger(part.nodeId)) {
    outcomes.note(item, 'remains', 'OCM did not switch it on, so it stays.')
    return
  }
  const said: string[] = []
  for (const argv of part.commands.filter(isAboutLinger)) said.push(...(await tell(part, uid, argv)))
  try {
    const { survey } = await part.means.look(part.nodeId, part.context.signal)
    const isOn = valueOf(survey.linger)
    if (isOn === false) outcomes.note(item, 'gone')
    else outcomes.note(item, isOn === true ? 'remains' : 'unknown', said.join(' ') || 'loginctl shows it still on.')
  } catch (error) {
    if (!isNodeMissing(error)) throw error
    outcomes.note(item, 'unknown', 'the node has no Node.js any more; the proof tells.')
  }
}
