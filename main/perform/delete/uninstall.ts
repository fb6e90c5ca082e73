import type { DeletionItem, Trace } from '../../../shared/deletion'
import type { Argv } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { lastLine, run, runAsRoot, uidOf } from './commands'
import { Outcomes } from './outcomes'
import { ask, bounds, freshTraces, isNodeMissing, ofOneItem, type Part, type VerbPerformer } from './part'
import { presenceOf } from './presence'
import { pathsOf, removeItems } from './removal'
import { withoutSharedLines } from './shared-lines'

/** A package manager may take so long, ms; one that hangs is ended on the node. */
const MANAGER_MS = 3 * MINUTE

/**
 * Removes the program the way it was installed, and what that leaves by the guard of the node; then the lines that lead to
 * it in shell start-up files and the crontab.
 */
export const uninstall: VerbPerformer = async part => {
  const outcomes = new Outcomes(part)
  const uid = await uidOf(part)
  const packages = part.items.filter(item => item.kind === 'package')
  const said: string[] = []
  for (const item of packages) said.push(...(await uninstallOne(part, uid, item, outcomes)))
  for (const item of part.items.filter(item => item.kind === 'shell-lines' || item.kind === 'cron-lines')) {
    await unhook(part, item, outcomes)
  }
  const doesStay = part.deletion.items.some(item => item.kind === 'package' && item.verdict !== 'goes')
  const nothing = doesStay ? 'The program stays.' : 'No program of OpenClaw is installed.'
  return outcomes.summary(nothing, said.join(' '))
}

/** @returns what the package manager said against it, for the note. */
async function uninstallOne(part: Part, uid: number, item: DeletionItem, outcomes: Outcomes): Promise<string[]> {
  const paths = pathsOf(item)
  const before = await presenceOf(part, uid, paths)
  if (paths.every(path => before.get(path) === 'absent')) {
    outcomes.note(item, 'absent')
    return []
  }
  const said = await askManager(part, uid, item)
  // What is left, all of it where the manager is gone or failed, goes by the guard. Nothing left: this notes just that.
  const after = await presenceOf(part, uid, paths)
  if (paths.every(path => after.get(path) === 'absent')) outcomes.note(item, 'gone')
  else await removeItems(part, uid, [item], outcomes)
  return said === null ? [] : [said]
}

async function askManager(part: Part, uid: number, item: DeletionItem): Promise<string | null> {
  if (item.uninstall === null) return null
  const manager = managerIn(item.uninstall)
  part.context.note(`${manager} removes ${item.name}`)
  const limitMs = Math.min(MANAGER_MS, Math.ceil(part.context.limitMs / 2))
  try {
    const act = item.needsRoot ? runAsRoot : run
    const result = await act(part, uid, item.uninstall, limitMs)
    return result.code === 0 ? null : `${manager}: ${lastLine(result)}.`
  } catch (error) {
    const { message, hint } = ofOneItem(error, part)
    return [`${manager}: ${message}`, hint].join(' ').trim()
  }
}

/** On Windows npm is a script that Node is given. */
function managerIn([program = '', script = '']: Argv): string {
  const name = program.split('/').at(-1) ?? 'the package manager'
  return /^node(\.exe)?$/i.test(name) ? (/\/(npm|pnpm|yarn|bun)[^/]*$/.exec(script)?.[1] ?? name) : name
}

/** Takes lines out of a shell's start-up file or the crontab; every other line stays as it is. */
async function unhook(part: Part, item: DeletionItem, outcomes: Outcomes): Promise<void> {
  const lines = item.lines.map(line => line.sha256)
  const file = item.kind === 'cron-lines' ? null : item.path
  try {
    if (item.needsRoot) {
      outcomes.note(item, 'remains', 'only root may change it; take the lines out by hand.')
      return
    }
    const { removed } = await ask(part, remote => remote.request('unhook', { file, lines }, bounds(part)))
    const left = await linesLeft(part, item)
    if (left > 0) outcomes.note(item, 'remains', `${left} of ${lines.length} lines are still there.`)
    else outcomes.note(item, removed > 0 ? 'gone' : 'absent')
  } catch (error) {
    if (isNodeMissing(error)) outcomes.note(item, 'unknown', 'the node has no Node.js any more; the proof tells.')
    else outcomes.note(item, 'remains', ofOneItem(error, part).message)
  }
}

async function linesLeft(part: Part, item: DeletionItem): Promise<number> {
  const isSame = (trace: Trace): boolean => trace.kind === item.kind && trace.path === item.path
  const found = (await freshTraces(part)).traces.filter(isSame).flatMap(trace => trace.lines)
  const own = withoutSharedLines([item], part.deletion.items).flatMap(({ lines }) => lines)
  const planned = new Set(own.map(line => line.sha256))
  return found.filter(line => planned.has(line.sha256)).length
}
