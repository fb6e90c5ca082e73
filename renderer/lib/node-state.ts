import type { NodeView, Removal } from '../../shared/contract'
import { total, valueOf } from './known'
import type { Known } from '../../shared/survey'
import type { Level } from '../../shared/watch'

/** How a node is, told by shape, colour and word. */
export type Condition = 'fine' | 'attention' | 'critical' | 'paused' | 'offline' | 'new'

/** A condition and its word. */
export interface NodeState {
  readonly condition: Condition
  readonly word: string
}

/** What a node is in, from its view alone. Unknown health is never called fine. */
export function stateOf(view: NodeView): NodeState {
  if (view.removal !== null) return REMOVAL_STATES[view.removal.state]
  const { reach, problem, survey } = view
  if (reach === 'blocked') return { condition: 'critical', word: 'Blocked' }
  if (reach === 'offline') return { condition: 'offline', word: 'Offline' }
  if (survey === null) {
    if (problem !== null) return { condition: 'attention', word: 'Needs attention' }
    return { condition: 'new', word: reach === 'looking' ? 'Checking' : 'Not checked yet' }
  }
  const health = survey.profiles.map(profile => profile.gateway.health)
  if (health.includes('failing')) return { condition: 'critical', word: 'Gateway failing' }
  if (problem !== null || survey.warnings.length > 0) return { condition: 'attention', word: 'Needs attention' }
  if (survey.openclaw.state === 'unknown') return { condition: 'attention', word: 'OpenClaw unknown' }
  if (survey.openclaw.value === null) return { condition: 'new', word: 'No OpenClaw' }
  if (health.length > 0 && health.every(state => state === 'down')) return { condition: 'paused', word: 'Stopped' }
  if (health.includes('unknown')) return { condition: 'attention', word: 'Health unknown' }
  return { condition: 'fine', word: 'Running' }
}

/** The worse of a node's own condition and its alerts'. What is not known or away stays so: its shape says more. */
export function worseOf(condition: Condition, level: Level): Condition {
  if (condition !== 'fine' && condition !== 'attention') return condition
  return level === 'fine' ? condition : condition === 'attention' && level === 'attention' ? condition : level
}

/** A node on its way out is called by that first; how it answers is no news then. */
const REMOVAL_STATES: Readonly<Record<Removal['state'], NodeState>> = {
  running: { condition: 'paused', word: 'On its way out' },
  'cleaning-up': { condition: 'attention', word: 'Cleaning up' },
  quarantined: { condition: 'paused', word: 'Quarantined' },
}

/** The installed OpenClaw version, with honest words for the rest. */
export function versionOf(view: NodeView): string {
  if (view.survey === null) return 'Version unknown'
  const { openclaw } = view.survey
  if (openclaw.state === 'unknown') return 'Version unknown'
  return openclaw.value === null ? 'No OpenClaw' : openclaw.value.version
}

/** The three counts of a card. Null survey means nothing is known. */
export function countsOf(view: NodeView): Readonly<Record<'agents' | 'cron' | 'channels', Known<number>>> {
  const nothing: Known<number> = { state: 'unknown', why: 'Not checked yet' }
  if (view.survey === null) return { agents: nothing, cron: nothing, channels: nothing }
  const { profiles } = view.survey
  return {
    agents: total(
      profiles.map(profile => profile.agents),
      agents => agents.length,
    ),
    cron: total(
      profiles.map(profile => profile.cron),
      jobs => jobs.filter(job => !job.isSystem).length,
    ),
    channels: total(
      profiles.map(profile => profile.channels),
      channels => channels.length,
    ),
  }
}

/** Share of the disk in use, 0 to 1; undefined when unknown. */
export function diskShareOf(view: NodeView): number | undefined {
  const disk = view.survey === null ? undefined : valueOf(view.survey.disk)
  if (disk === undefined || disk.totalBytes === 0) return undefined
  return 1 - disk.freeBytes / disk.totalBytes
}

/** Facts are old: the last look failed or never came, so they get an "as of". */
export function isStale(view: NodeView): boolean {
  return view.survey !== null && (view.reach === 'offline' || view.reach === 'blocked' || view.problem !== null)
}

/** Compares OpenClaw versions by their numbers; a pre-release counts as older than its release. */
export function compareVersions(left: string, right: string): number {
  const parts = (text: string) => {
    const [numbers = '', extra] = text.split(/-(.*)/s)
    return { numbers: numbers.split('.').map(Number), isRelease: extra === undefined || /^\d+$/.test(extra) }
  }
  const [a, b] = [parts(left), parts(right)]
  for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index++) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0)
    if (difference !== 0 && !Number.isNaN(difference)) return difference
  }
  return Number(a.isRelease) - Number(b.isRelease)
}
