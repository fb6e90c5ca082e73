import { RuleId, type Rules } from '../../../shared/watch'
import { judgeForecast, judgeFull, judgeInodes } from './disks'
import { judgeDown, judgeHealth, judgePort, judgeRestarts } from './gateways'
import { judgeGrowth } from './growth'
import { judgeOrphans } from './orphans'
import { judgeGrowing, judgeLoad, judgeRunaway } from './processes'
import { judgeBackup, judgeHostKey, judgeUnreachable, judgeVersion } from './reach'
import { timeline, type PastPoint } from './past'
import type { Judge, Readings, View } from './reading'

/** Rules that judge how a node can be reached, and those that judge what was seen of it. */
const REACH = { unreachable: judgeUnreachable, 'host-key': judgeHostKey }
const SEEN: { readonly [R in Exclude<RuleId, keyof typeof REACH>]: Judge<R> } = {
  'runaway-processes': judgeRunaway,
  'growing-processes': judgeGrowing,
  'process-load': judgeLoad,
  orphans: judgeOrphans,
  'disk-growth': judgeGrowth,
  'disk-forecast': judgeForecast,
  'disk-full': judgeFull,
  inodes: judgeInodes,
  'gateway-down': judgeDown,
  'gateway-restarts': judgeRestarts,
  'gateway-port': judgePort,
  'gateway-health': judgeHealth,
  'backup-overdue': judgeBackup,
  'version-behind': judgeVersion,
}

/**
 * What each rule that is on says of a point. While a node cannot be seen, only the way to it is judged: all else neither begins
 * nor ends.
 */
export function judgeAll(view: View, history: readonly PastPoint[], rules: Rules): Map<RuleId, Readings> {
  const readings = new Map<RuleId, Readings>()
  if (rules.unreachable.isOn) readings.set('unreachable', REACH.unreachable(view, rules.unreachable))
  if (rules['host-key'].isOn) readings.set('host-key', REACH['host-key'](view, rules['host-key']))
  const { seen } = view.point
  if (seen === null) return readings
  const past = (windowMs: number) => timeline(history, view.point, windowMs)
  const seenView = { ...view, seen, past }
  const judge = <R extends keyof typeof SEEN>(rule: R, limits: Rules[R]): Readings => SEEN[rule](seenView, limits)
  for (const rule of RuleId.options) {
    if (isOfSeen(rule) && rules[rule].isOn) readings.set(rule, judge(rule, rules[rule]))
  }
  return readings
}

function isOfSeen(rule: RuleId): rule is keyof typeof SEEN {
  return rule in SEEN
}
