import type { RuleChanges, RuleId, Rules } from '../../shared/watch'

/** One number of a rule, as a person sets it. Bounds mirror shared/watch. */
export interface RuleField {
  readonly key: string
  readonly label: string
  readonly unit: string
  readonly min: number
  readonly max: number
  readonly step: number
  readonly isWhole: boolean
  /** Shown in percent, kept as a share of one. */
  readonly isShare: boolean
}

/** A rule in words, with its own limits. */
export interface RuleWords {
  readonly title: string
  readonly says: string
  readonly fields: readonly RuleField[]
}

const field = (key: string, label: string, unit: string, bounds: Partial<RuleField> = {}): RuleField => ({
  ...{ key, label, unit, min: 0, max: 10_000, step: 1, isWhole: false, isShare: false },
  ...bounds,
})
const count = (key: string, label: string, unit = '') =>
  field(key, label, unit, { min: 1, max: 1_000_000, isWhole: true })
const samples = (key: string, label: string, min = 1) => field(key, label, 'samples', { min, max: 1000, isWhole: true })
const share = (key: string, label: string) => field(key, label, '%', { min: 0.01, max: 1, isShare: true })
const megabytes = (key: string, label: string, unit = 'MB') => field(key, label, unit, { min: 1, max: 100_000_000 })
const hours = (key: string, label: string) => field(key, label, 'hours', { min: 0.5, max: 2160, step: 0.5 })

/** What every rule has beside its own limits. */
export const COMMON_FIELDS: readonly RuleField[] = [
  samples('raiseAfter', 'Raised after'),
  samples('clearAfter', 'Over after'),
  field('coolMinutes', 'Quiet after it is over', 'minutes', { max: 10_080 }),
]

/** The rules, in the order a person looks for them. */
export const RULE_WORDS: Readonly<Record<RuleId, RuleWords>> = {
  orphans: {
    title: 'Orphaned files',
    says: 'Half-written copies that nobody reads lie beside the session store.',
    fields: [
      count('count', 'Attention from', 'files'),
      megabytes('megabytes', 'or from'),
      count('criticalCount', 'Critical from', 'files'),
      megabytes('criticalMegabytes', 'or from'),
    ],
  },
  'runaway-processes': {
    title: 'Runaway processes',
    says: 'Node hosts started by hand or by a wrapper that stay behind.',
    fields: [
      count('count', 'Attention above', 'processes'),
      count('criticalCount', 'Critical from', 'processes'),
      field('olderThanMinutes', 'older than', 'minutes', { min: 0.5, max: 1440, step: 0.5 }),
    ],
  },
  'growing-processes': {
    title: 'Growing number of processes',
    says: 'One family grows without ever falling.',
    fields: [count('by', 'By at least', 'processes'), samples('over', 'over', 3)],
  },
  'process-load': {
    title: 'Load by one family',
    says: 'One family takes most of the processors or of the memory.',
    fields: [share('cpuShare', 'Processors above'), share('memoryShare', 'Memory above')],
  },
  'disk-forecast': {
    title: 'Disk full soon',
    says: 'At the present pace the disk is full within these hours, and little is free.',
    fields: [
      hours('hours', 'Attention within'),
      share('freeShare', 'and less free than'),
      hours('criticalHours', 'Critical within'),
      share('criticalFreeShare', 'and less free than'),
    ],
  },
  'disk-full': {
    title: 'Disk nearly full',
    says: 'A net under the forecast.',
    fields: [
      share('share', 'Attention above'),
      share('criticalShare', 'Critical above'),
      megabytes('floorMegabytes', 'or with less free than'),
    ],
  },
  'disk-growth': {
    title: 'Fast growth',
    says: 'OpenClaw’s own files grow faster than they usually do.',
    fields: [megabytes('megabytesPerHour', 'Above the usual pace by', 'MB an hour')],
  },
  inodes: {
    title: 'File system out of entries',
    says: 'Many small files can fill a disk that has room left.',
    fields: [share('share', 'Attention above'), share('criticalShare', 'Critical above')],
  },
  'gateway-down': { title: 'Gateway down', says: 'A gateway that should run has no process.', fields: [] },
  'gateway-restarts': {
    title: 'Gateway restarts in a loop',
    says: 'It is started anew again and again.',
    fields: [count('restarts', 'From', 'restarts'), field('withinMinutes', 'within', 'minutes', { min: 1, max: 1440 })],
  },
  'gateway-port': {
    title: 'Gateway on another port',
    says: 'It listens elsewhere than its configuration says.',
    fields: [],
  },
  'gateway-health': { title: 'Gateway unhealthy', says: 'Its process runs but does not answer.', fields: [] },
  'backup-overdue': {
    title: 'Backup overdue',
    says: 'The newest backup is too old.',
    fields: [field('days', 'Older than', 'days', { min: 0.5, max: 365, step: 0.5 })],
  },
  unreachable: { title: 'Not reachable', says: 'The node does not answer.', fields: [] },
  'host-key': { title: 'Host key changed', says: 'The machine shows another key. Nothing is asked of it.', fields: [] },
  'version-behind': {
    title: 'Version behind the fleet',
    says: 'Another watched node has a newer OpenClaw.',
    fields: [field('days', 'For more than', 'days', { max: 365 })],
  },
}

/** All rules in order. */
export const RULE_ORDER = Object.keys(RULE_WORDS) as RuleId[]

/** All rules and their limits as they are when nobody changed them. Mirrors shared/watch, whose schemas stay out. */
export const DEFAULTS: Rules = {
  'runaway-processes': {
    isOn: true,
    raiseAfter: 2,
    clearAfter: 2,
    coolMinutes: 30,
    count: 5,
    criticalCount: 20,
    olderThanMinutes: 2,
  },
  'growing-processes': { isOn: true, raiseAfter: 1, clearAfter: 3, coolMinutes: 60, over: 10, by: 5 },
  'process-load': { isOn: true, raiseAfter: 10, clearAfter: 5, coolMinutes: 60, cpuShare: 0.9, memoryShare: 0.5 },
  orphans: {
    isOn: true,
    raiseAfter: 2,
    clearAfter: 1,
    coolMinutes: 60,
    count: 100,
    criticalCount: 5000,
    megabytes: 1000,
    criticalMegabytes: 20_000,
  },
  'disk-growth': { isOn: true, raiseAfter: 3, clearAfter: 5, coolMinutes: 240, megabytesPerHour: 1000 },
  'disk-forecast': {
    isOn: true,
    raiseAfter: 3,
    clearAfter: 5,
    coolMinutes: 60,
    hours: 24,
    freeShare: 0.4,
    criticalHours: 4,
    criticalFreeShare: 0.2,
  },
  'disk-full': {
    isOn: true,
    raiseAfter: 2,
    clearAfter: 2,
    coolMinutes: 60,
    share: 0.8,
    criticalShare: 0.9,
    floorMegabytes: 1000,
  },
  inodes: { isOn: true, raiseAfter: 2, clearAfter: 2, coolMinutes: 60, share: 0.8, criticalShare: 0.9 },
  'gateway-down': { isOn: true, raiseAfter: 2, clearAfter: 2, coolMinutes: 5 },
  'gateway-restarts': { isOn: true, raiseAfter: 1, clearAfter: 5, coolMinutes: 30, restarts: 3, withinMinutes: 15 },
  'gateway-port': { isOn: true, raiseAfter: 2, clearAfter: 2, coolMinutes: 60 },
  'gateway-health': { isOn: true, raiseAfter: 3, clearAfter: 2, coolMinutes: 10 },
  'backup-overdue': { isOn: true, raiseAfter: 1, clearAfter: 1, coolMinutes: 1440, days: 14 },
  unreachable: { isOn: true, raiseAfter: 3, clearAfter: 1, coolMinutes: 15 },
  'host-key': { isOn: true, raiseAfter: 1, clearAfter: 1, coolMinutes: 0 },
  'version-behind': { isOn: true, raiseAfter: 1, clearAfter: 1, coolMinutes: 1440, days: 7 },
}

/** The values of one rule under these layers of changes, the last one deciding. */
export function valuesOf(rule: RuleId, ...layers: readonly RuleChanges[]): Readonly<Record<string, number | boolean>> {
  return Object.assign({}, DEFAULTS[rule], ...layers.map(layer => layer[rule] ?? {})) as Record<
    string,
    number | boolean
  >
}

/** These changes with one value set; a value that is the one below anyway is no change. */
export function withValue(
  changes: RuleChanges,
  below: readonly RuleChanges[],
  [rule, key, value]: readonly [RuleId, string, number | boolean],
): RuleChanges {
  const { [key]: _old, ...others } = changes[rule] ?? {}
  const own = valuesOf(rule, ...below)[key] === value ? others : { ...others, [key]: value }
  const { [rule]: _before, ...rest } = changes
  return Object.keys(own).length === 0 ? rest : { ...rest, [rule]: own }
}

/** What is wrong with a value; undefined when nothing is. Main checks again, and rules as a whole. */
export function whyWrong({ min, max, isWhole, isShare }: RuleField, value: number): string | undefined {
  if (!Number.isFinite(value)) return 'A number is needed.'
  if (isWhole && !Number.isInteger(value)) return 'A whole number is needed.'
  const shown = (bound: number) => (isShare ? `${Math.round(bound * 100)} %` : String(bound))
  if (value < min) return `At least ${shown(min)}.`
  if (value > max) return `At most ${shown(max)}.`
  return undefined
}
