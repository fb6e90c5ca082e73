import type { Argv } from '../../../shared/plan'
import { valueOf } from '../../../shared/survey'
import { SECOND } from '../../../shared/units'
import { lastLine, run, runAsRoot, uidOf } from './commands'
import { Outcomes } from './outcomes'
import { isNodeMissing, ofOneItem, type Part, type VerbPerformer } from './part'
import { removeItems } from './removal'

const LIMIT_MS = 30 * SECOND

/** A unit that never failed, or is gone, has nothing to reset: that is no problem. */
const MAY_FAIL: ReadonlySet<string> = new Set(['reset-failed'])

/**
 * Removes unit files with their drop-ins, copies and links, and lets the manager read its files anew. Linger is switched off
 * only where an earlier run of OCM switched it on.
 */
export const removeUnits: VerbPerformer = async part => {
  const outcomes = new Outcomes(part)
  const uid = await uidOf(part)
  const files = part.items.filter(item => item.kind === 'unit' || item.kind === 'leftover')
  await removeItems(part, uid, files, outcomes)
  const said: string[] = []
  for (const argv of part.commands.filter(words => !isAboutLinger(words))) said.push(...(await tell(part, uid, argv)))
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
