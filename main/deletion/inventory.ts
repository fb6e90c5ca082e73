import {
  STARTS_IT_TOO,
  type DeletionItem,
  type DeletionOptions,
  type DeletionVerb,
  type Trace,
  type Traces,
} from '../../shared/deletion'
import { isUnder, trimPath } from '../openclaw/paths'
import type { NodeFacts } from '../plan/facts'
import { inventoryDigest } from './digest'

/** What an inventory is made from. All of it was read beforehand. */
export interface InventoryFacts {
  readonly node: NodeFacts
  readonly traces: Traces
  /** An earlier run of OCM switched linger on for this node. */
  readonly enabledLinger: boolean
}

/** Everything of OpenClaw on a node, with what becomes of each. */
export interface Inventory {
  readonly items: readonly DeletionItem[]
  /** Profiles that are there, whether they go or not. */
  readonly found: readonly string[]
  /** Profiles that go. */
  readonly profiles: readonly string[]
  /** Everything that can be seen of OpenClaw goes. */
  readonly isWhole: boolean
  readonly digest: string
}

interface Choice {
  readonly facts: InventoryFacts
  readonly workspaces: ReadonlySet<string>
  readonly profiles: ReadonlySet<string>
  readonly isAll: boolean
}

/** The step that removes what is of this kind. Units are stopped and switched off before, by steps of their own. */
const VERBS: Readonly<Record<Trace['kind'], DeletionVerb>> = {
  process: 'stop',
  port: 'stop',
  unit: 'remove-units',
  state: 'remove-state',
  workspace: 'remove-state',
  leftover: 'remove-state',
  package: 'uninstall',
  'shell-lines': 'uninstall',
  'cron-lines': 'uninstall',
  linger: 'remove-units',
}

type Judged = Pick<DeletionItem, 'verdict' | 'why'>

const goes = (why: string): Judged => ({ verdict: 'goes', why })
const stays = (why: string): Judged => ({ verdict: 'stays', why })
const refused = (why: string): Judged => ({ verdict: 'refused', why })
const byHand = (why: string): Judged => ({ verdict: 'by-hand', why })

/** Gives each trace its verdict. Pure. */
export function inventoryOf(facts: InventoryFacts, options: DeletionOptions): Inventory {
  const { traces } = facts.traces
  const found = profilesFound(facts)
  const profiles = found.filter(name => options.profiles?.includes(name) ?? true)
  const choice: Choice = {
    facts,
    workspaces: new Set(options.workspaces.map(trimPath)),
    profiles: new Set(profiles),
    isAll: profiles.length === found.length,
  }
  const judged = traces.map(trace => itemOf(trace, judge(trace, choice)))
  const items = spare(judged)
  return {
    items,
    found,
    profiles,
    isWhole: choice.isAll && !items.some(leavesOpenClaw) && !facts.traces.notSeen.some(startsOpenClaw),
    digest: inventoryDigest(items),
  }
}

/** Profiles of the survey and of the traces; a survey names the default one even where nothing is. */
function profilesFound({ node, traces }: InventoryFacts): readonly string[] {
  const ofTraces = traces.traces.flatMap(({ profile }) => profile ?? [])
  return [...new Set([...node.survey.profiles.map(profile => profile.name), ...ofTraces])].sort(defaultFirst)
}

function defaultFirst(left: string, right: string): number {
  if (left === right) return 0
  if (left === 'default') return -1
  return right === 'default' || left > right ? 1 : -1
}

function itemOf(trace: Trace, judged: Judged): DeletionItem {
  return { ...trace, ...judged, verb: judged.verdict === 'goes' ? VERBS[trace.kind] : null }
}

function judge(trace: Trace, choice: Choice): Judged {
  const foreign = foreignness(trace)
  if (foreign !== null) return stays(foreign)
  if (isOwnTask(trace)) return byHand('It is a scheduled task that somebody made; OCM does not change it.')
  if (trace.isOwn === true) return stays('They name OpenClaw, but a person wrote them.')
  if (trace.profile !== null && !choice.profiles.has(trace.profile)) {
    return stays(`It belongs to the profile ${trace.profile}, which was not chosen.`)
  }
  if (trace.refusal !== null) return refused(trace.refusal)
  if (isWindowsApp(trace))
    return byHand('It is the app for Windows. Quit it, then uninstall it in the settings of Windows.')
  if (isApp(trace)) return byHand('It is the app for macOS. Quit it, then move it to the Trash.')
  if (isTimer(trace)) return byHand('It is a timer that somebody made; OCM does not change it.')
  if (isOfSystemSchedule(trace)) return byHand('They are in the schedule of the system, which OCM does not change.')
  if (trace.kind === 'workspace') return judgeWorkspace(trace, choice)
  if (trace.kind === 'linger') return judgeLinger(choice)
  // Also a package inside the state directory of one profile may be what another one runs on.
  if (trace.kind === 'package' && !choice.isAll) return stays('Another profile on this machine needs it.')
  if (trace.profile === null && !choice.isAll) return stays('All profiles share it, and not all of them go.')
  return goes(reasonToGo(trace, choice))
}

/** Why it is somebody else's; null when it is this login's. System units are listed only when they run its OpenClaw. */
function foreignness({ kind, scope, refusal }: Trace): string | null {
  if (scope === 'user' || kind === 'unit' || kind === 'linger') return null
  if (kind === 'package') return refusal
  return 'It belongs to another account of this machine.'
}

/** A login's own crontab is no file of anybody's; what has a path is the system's, or a timer. */
export function isOfSystemSchedule({ kind, path }: Pick<Trace, 'kind' | 'path'>): boolean {
  return kind === 'cron-lines' && path !== null
}

/** A timer of systemd that starts OpenClaw, be it of the system or of the login. */
export function isTimer({ kind, path }: Pick<Trace, 'kind' | 'path'>): boolean {
  return kind === 'cron-lines' && path?.endsWith('.timer') === true
}

/** A scheduled task of Windows that a person made, and that starts OpenClaw. */
export function isOwnTask({ kind, task }: Pick<Trace, 'kind' | 'task'>): boolean {
  return kind === 'cron-lines' && task !== undefined
}

/** The app for macOS or Windows, which starts a worker of its own. */
export function isApp(trace: Pick<Trace, 'kind' | 'path' | 'name'>): boolean {
  return (trace.kind === 'package' && trace.path?.endsWith('.app') === true) || isWindowsApp(trace)
}

/** The Windows Hub, wherever it was installed. */
export function isWindowsApp({ kind, path, name }: Pick<Trace, 'kind' | 'path' | 'name'>): boolean {
  return kind === 'package' && /^[A-Za-z]:/.test(path ?? '') && / \(the app\)$/.test(name)
}

function judgeWorkspace({ path }: Trace, { workspaces }: Choice): Judged {
  return path !== null && workspaces.has(trimPath(path))
    ? goes('It lies outside the state directory and was ticked.')
    : stays('It lies outside the state directory. It goes only when it is ticked.')
}

function judgeLinger({ facts, isAll }: Choice): Judged {
  if (!facts.enabledLinger) return stays('OCM did not switch it on; other services may rely on it.')
  return isAll ? goes('OCM switched it on for OpenClaw.') : stays('Another profile on this machine needs it.')
}

const REASONS: Readonly<Record<Trace['kind'], string>> = {
  process: 'It runs for OpenClaw.',
  port: 'OpenClaw listens there.',
  unit: 'It starts OpenClaw.',
  state: 'It is a state directory of OpenClaw.',
  workspace: 'It was ticked.',
  leftover: 'OpenClaw left it.',
  package: 'It is the program itself.',
  'shell-lines': 'They call OpenClaw whenever a shell starts.',
  'cron-lines': 'They call OpenClaw.',
  linger: 'OCM switched it on.',
}

function reasonToGo(trace: Trace, { facts }: Choice): string {
  const reason = REASONS[trace.kind]
  if (!trace.needsRoot) return reason
  if (facts.node.survey.os.platform === 'win32') return `${reason} Only an administrator may remove it.`
  return facts.node.canSudo
    ? `${reason} Removed as root.`
    : `${reason} Only root may remove it, and no sudo password is stored.`
}

/** A folder that holds something that stays cannot go as a whole. */
function spare(items: readonly DeletionItem[]): readonly DeletionItem[] {
  const staying = items.filter(item => item.verdict !== 'goes' && item.path !== null)
  return items.map(item => {
    const { path } = item
    if (item.verdict !== 'goes' || path === null) return item
    const held = staying.find(other => other.path !== null && other.path !== path && isUnder(other.path, path))
    return held === undefined
      ? item
      : { ...item, ...refused(`It holds ${held.name}, which stays: ${held.why}`), verb: null }
  })
}

/** A service of Windows, or an entry of its registry, that starts OpenClaw: nobody but the person takes it away. */
export function startsOpenClaw({ why }: Traces['notSeen'][number]): boolean {
  return why.startsWith(STARTS_IT_TOO)
}

/** A refused workspace is the person's own; anything else that is refused is OpenClaw that remains. */
function leavesOpenClaw({ verdict, kind }: DeletionItem): boolean {
  return (verdict === 'refused' || verdict === 'by-hand') && kind !== 'workspace'
}
