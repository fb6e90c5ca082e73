import { Option, type Command } from 'commander'
import { CleanOptions, type OrphanGroup } from '../../shared/cleaning'
import { AppError } from '../../shared/errors'
import type { Plan } from '../../shared/plan'
import { OrphanFamily, type WatchedProcess } from '../../shared/sample'
import { bytesText, countText, HOUR, MINUTE, SECOND } from '../../shared/units'
import type { CleanKind } from '../../shared/watch'
import { isNotSeen, NOTHING_TO_CLEAN } from '../plan/clean-texts'
import { findNewest } from '../watch/fetch-newest'
import { findNode, type CommandContext } from './context'
import { planText, table } from './output'
import type { Act } from './program'
import { findRun, runOrShow } from './runs'

interface CleanWords {
  readonly preview?: boolean
  readonly minAge?: string
  readonly families?: readonly string[]
  readonly undo?: boolean
  readonly pids?: readonly string[]
}

/** `ocm clean …`. */
export function addCleanCommands(program: Command, act: Act): void {
  const clean = program.command('clean').description('take orphaned files or leaked processes away, with proof')
  clean
    .command('orphans <node>')
    .description('remove files that OpenClaw left half-written')
    .option('--preview', 'show what would go and what not, and change nothing')
    .option('--min-age <time>', 'only what is older: 90m, 2h, 1d; never below 5m', '1h')
    .addOption(
      new Option('--families <name...>', 'which kinds of files')
        .choices(OrphanFamily.options)
        .default(['session-store']),
    )
    .option('--undo', 'put them aside on the same file system for a day first')
    .action(act((context, names, options: CleanWords) => run(context, 'orphans', names, options)))
  clean
    .command('processes <node>')
    .description('end processes that nobody answers for')
    .option('--preview', 'show what would end and why, and change nothing')
    .option('--pids <pid...>', 'only these of the leaked ones')
    .action(act((context, names, options: CleanWords) => run(context, 'processes', names, options)))
  clean
    .command('put-back <run>')
    .description('put back what a clean-up with --undo put aside')
    .option('--preview', 'show the plan and change nothing')
    .action(
      act(async (context, [id = ''], options: CleanWords) =>
        runOrShow(context, await context.services.cleanPlanner.putBack(findRun(context, id)), options),
      ),
    )
  clean
    .command('fetch-newest <node> <folder> <file>')
    .description('copy the newest orphan of a folder whose live store is missing or broken')
    .action(act(fetchNewest))
}

async function run(
  context: CommandContext,
  what: CleanKind,
  [name = '']: readonly string[],
  words: CleanWords,
): Promise<void> {
  const { services, output } = context
  const node = findNode(services, name)
  const plan = await planned(context, node.id, what, words)
  const text = [planText(plan), cleaningText(plan)].join('\n')
  if (words.preview === true) {
    output.result(plan, () => text)
    return
  }
  if (isCleanAlready(plan)) {
    output.result(plan, () => plan.blockers.map(blocker => blocker.text).join(' '))
    return
  }
  output.say(cleaningText(plan))
  await runOrShow(context, plan, {})
}

/** Nothing is there to clean up, and all of it was looked at: that is success too. What only may not go is none. */
function isCleanAlready({ blockers, cleaning, notes }: Plan): boolean {
  const hasNothing = blockers.length > 0 && blockers.every(({ code }) => code === NOTHING_TO_CLEAN)
  const hasKept = cleaning?.groups.some(({ kept }) => kept.some(({ why }) => why !== 'too-young')) === true
  return hasNothing && !hasKept && !notes.some(isNotSeen)
}

async function planned(
  { services }: CommandContext,
  nodeId: string,
  what: CleanKind,
  words: CleanWords,
): Promise<Plan> {
  const parsed = CleanOptions.safeParse({
    ...(words.minAge === undefined ? {} : { minAgeMs: msOf(words.minAge) }),
    ...(words.families === undefined ? {} : { families: words.families }),
    withUndo: words.undo === true,
  })
  if (!parsed.success) {
    throw new AppError('bad-input', '--min-age takes 5m to 365d.', { hint: 'Younger files may still be written.' })
  }
  const plan = await services.cleanPlanner.clean(nodeId, what, parsed.data)
  if (words.pids === undefined) return plan
  return services.cleanPlanner.clean(nodeId, what, { ...parsed.data, processes: chosen(plan, words.pids) })
}

/** The leaked processes with these pids, each with its start time. */
function chosen({ cleaning }: Plan, pids: readonly string[]): { pid: number; startedAtTicks: number }[] {
  const leaked = cleaning?.trees.flatMap(tree => tree.processes).filter(({ verdict }) => verdict === 'leaked') ?? []
  return pids.map(word => {
    const found = leaked.find(({ pid }) => String(pid) === word)
    if (found === undefined) throw new AppError('bad-input', `Process ${word} is not leaked, or not there.`)
    return { pid: found.pid, startedAtTicks: found.startedAtTicks }
  })
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: 24 * HOUR }

function msOf(text: string): number {
  const [, value = '', unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  return Number(value || Number.NaN) * (UNITS[unit] ?? Number.NaN)
}

/** What goes and what stays, folder by folder or tree by tree. */
export function cleaningText({ cleaning }: Plan): string {
  if (cleaning === undefined) return ''
  const fault = cleaning.fault
  return [
    ...(cleaning.groups.length === 0 ? [] : ['', 'Folders', table(cleaning.groups.map(groupRow))]),
    ...(cleaning.trees.length === 0
      ? []
      : ['', 'Processes', ...cleaning.trees.flatMap(tree => tree.processes.map(processText))]),
    ...(fault === null
      ? []
      : ['', 'Known fault', `  ${fault.text}`, ...(fault.link === null ? [] : [`  ${fault.link}`])]),
  ].join('\n')
}

function groupRow({ folder, family, count, bytes, oldestAgeMs, newestAgeMs }: OrphanGroup): string[] {
  return [
    `  ${folder}`,
    family,
    countText(count, 'file'),
    bytesText(bytes),
    count === 0 ? '' : `${ageText(newestAgeMs)} to ${ageText(oldestAgeMs)} old`,
  ]
}

function processText({ pid, verdict, family, ageMs, rssBytes, argv, why }: WatchedProcess): string {
  const head = `  ${verdict.padEnd(7)} ${pid}  ${family}  ${ageText(ageMs)} old  ${bytesText(rssBytes)}  ${argv.join(' ')}`
  return [head, ...why.map(reason => `          ${reason}`)].join('\n')
}

function ageText(ms: number): string {
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`
  return ms < 48 * HOUR ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / (24 * HOUR))} d`
}

async function fetchNewest(
  { services, output }: CommandContext,
  [name = '', folder = '', file = '']: readonly string[],
): Promise<void> {
  const found = await findNewest(services, findNode(services, name).id, folder)
  await found.write(file)
  output.result(
    { file, name: found.name, bytes: found.bytes },
    () => `${found.name} (${bytesText(found.bytes)}) is in ${file}.`,
  )
}
