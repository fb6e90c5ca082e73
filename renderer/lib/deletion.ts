import type { NodeView } from '../../shared/contract'
import type { Deletion, DeletionItem, TraceKind } from '../../shared/deletion'
import type { Operation, ProofRow } from '../../shared/plan'
import type { Known, ServiceFacts, Size } from '../../shared/survey'
import { counted } from './format'
import { total, valueOf } from './known'

/** The kinds of traces as they are grouped, in the order a person looks for them. */
export const TRACE_KINDS: Readonly<Record<TraceKind, string>> = {
  unit: 'Services',
  process: 'Processes',
  port: 'Ports',
  state: 'State and configuration',
  workspace: 'Workspaces outside the state folder',
  leftover: 'Caches, logs and leftovers',
  package: 'Installed program',
  'shell-lines': 'Lines in shell start-up files',
  'cron-lines': 'Lines of crontabs and the schedule',
  linger: 'Services without a login',
}

/** Traces of one kind, with their size on disk; null when none of them has one. */
export interface TraceGroup {
  readonly kind: TraceKind
  readonly items: readonly DeletionItem[]
  readonly size: Size | null
}

/** Traces by kind; kinds without any are left out. */
export function groupItems(items: readonly DeletionItem[]): readonly TraceGroup[] {
  return (Object.keys(TRACE_KINDS) as TraceKind[]).flatMap(kind => {
    const own = items.filter(item => item.kind === kind)
    return own.length === 0 ? [] : [{ kind, items: own, size: sizeOf(own) }]
  })
}

/** The size of all these traces; null when none has one. */
export function sizeOf(items: readonly DeletionItem[]): Size | null {
  const sizes = items.flatMap(({ size }) => size ?? [])
  if (sizes.length === 0) return null
  return sizes.reduce((sum, { bytes, files }) => ({ bytes: sum.bytes + bytes, files: sum.files + files }))
}

/** Workspaces that may be ticked: outside the state folder, and not refused. */
export function choosableWorkspaces({ items }: Deletion): readonly DeletionItem[] {
  return items.filter(({ kind, path, verdict }) => kind === 'workspace' && path !== null && isFree(verdict))
}

function isFree(verdict: DeletionItem['verdict']): boolean {
  return verdict === 'stays' || verdict === 'goes'
}

/** The service definition a trace is of, with what the last look knew of it. */
export function serviceOf(
  view: NodeView | undefined,
  { name, path, task }: Pick<DeletionItem, 'name' | 'path' | 'task'>,
): ServiceFacts | undefined {
  const place = task ?? path
  const services = view?.survey?.profiles.flatMap(profile => profile.services) ?? []
  return services.find(service => service.name === name || (place !== null && service.path === place))
}

/** One line of what lives in the state folder and goes with it. */
export interface SetUpLine {
  readonly name: string
  readonly fact: Known<string>
}

/** Agents, sessions, channels and cron jobs of the profiles that go, as of the last look. */
export function setUpOf(view: NodeView | undefined, profiles: readonly string[]): readonly SetUpLine[] {
  const own = view?.survey?.profiles.filter(({ name }) => profiles.includes(name)) ?? []
  if (own.length === 0) return []
  const line = (name: string, fact: Known<number>, names: readonly string[]): SetUpLine => ({
    name,
    fact: fact.state === 'unknown' ? fact : { state: 'known', value: [fact.value, ...names].join(' · ') },
  })
  const agents = own.map(profile => profile.agents)
  const channels = own.map(profile => profile.channels)
  const cron = own.map(profile => profile.cron)
  const all = <T>(facts: readonly Known<readonly T[]>[]) => facts.flatMap(fact => valueOf(fact) ?? [])
  return [
    line(
      'Agents',
      total(agents, list => list.length),
      all(agents).map(({ id }) => id),
    ),
    line(
      'Sessions',
      total(
        all(agents).map(({ sessions }) => countOf(sessions)),
        count => count,
      ),
      [],
    ),
    line(
      'Channels',
      total(channels, list => list.length),
      all(channels).map(({ kind, account }) => `${kind} ${account}`),
    ),
    line(
      'Cron jobs',
      total(cron, list => list.filter(job => !job.isSystem).length),
      [],
    ),
  ]
}

function countOf(count: number | null): Known<number> {
  return count === null ? { state: 'unknown', why: 'Not counted' } : { state: 'known', value: count }
}

/** Rows of the proof that do not hold: what is left, or could not be looked at. */
export function leftOf({ proof }: Operation): readonly ProofRow[] {
  return proof.filter(({ verdict, byHand }) => verdict !== 'proven' && byHand === undefined)
}

/** True only for a deletion that ended and whose every row was proven. Nothing else may be called deleted. */
export function isProvenGone({ plan, state, proof }: Operation): boolean {
  const isProven = proof.every(({ verdict, byHand }) => verdict === 'proven' || byHand !== undefined)
  return plan.kind === 'delete' && state === 'done' && proof.length > 0 && isProven
}

/** What a deletion that did not end is called. */
export function cleaningWords(operation: Operation): string {
  const left = leftOf(operation).length
  return left === 0 ? 'Cleaning up: not verified yet' : `Cleaning up: ${counted(left, 'thing')} left`
}
