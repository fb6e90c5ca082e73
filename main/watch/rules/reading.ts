import type { WatchPoint } from '../../../shared/sample'
import { CLEAR_MARGIN, type AlertAction, type Level, type RuleId, type Rules } from '../../../shared/watch'
import type { Moment } from './past'
import type { Memory } from './state'

/** What a rule looks at. */
export interface View {
  readonly point: WatchPoint
  readonly memory: Memory
  /** Versions of OpenClaw in the fleet, and when each was first seen. ms */
  readonly versions: Readonly<Record<string, number>>
  /** ms, the admin's clock */
  readonly now: number
}

/** What a rule looks at when the node answered. */
export interface SeenView extends View {
  readonly seen: NonNullable<WatchPoint['seen']>
  /** What was seen within so long (ms; a day at most), newest first, this point included. */
  readonly past: (windowMs: number) => readonly Moment[]
}

/** What an alert says. */
export interface Words {
  readonly title: string
  readonly text: string
  readonly action: AlertAction
}

/** What a rule says of one subject. `raise`: by the limits as they are · `hold`: by those that it has to fall below to end. */
export interface Reading {
  readonly subject: string
  readonly raise: Level
  readonly hold: Level
  readonly value: number
  /** Asked only when it is said. */
  readonly say: () => Words
}

/** The subject cannot be judged this time: whatever holds goes on. */
export interface Unknown {
  readonly subject: string
  readonly isUnknown: true
}

/** A subject that is not there is fine. Null: nothing can be judged this time. */
export type Readings = readonly (Reading | Unknown)[] | null

/** A rule: pure, without a memory of its own. */
export type Judge<R extends RuleId, V extends View = SeenView> = (view: V, limits: Rules[R]) => Readings

/**
 * A level by its limits, and by limits that are easier to stay beyond. `levelAt` multiplies a limit that is exceeded upwards by
 * `ease` (at most 1) and divides one that is exceeded downwards.
 */
export function graded(levelAt: (ease: number) => Level): Pick<Reading, 'raise' | 'hold'> {
  return { raise: levelAt(1), hold: levelAt(1 - CLEAR_MARGIN) }
}

/** A level that something has or has not. */
export function flat(isSo: boolean, level: Level): Pick<Reading, 'raise' | 'hold'> {
  return isSo ? { raise: level, hold: level } : { raise: 'fine', hold: 'fine' }
}

/** The first that is so: `critical` before `attention`. */
export function levelOf(isCritical: boolean, isAttention: boolean): Level {
  return isCritical ? 'critical' : isAttention ? 'attention' : 'fine'
}

const ORDER: Readonly<Record<Level, number>> = { fine: 0, attention: 1, critical: 2 }

/** Whether a level is worse than another one. */
export function isWorse(level: Level, than: Level): boolean {
  return ORDER[level] > ORDER[than]
}

/** So many subjects of one kind are judged; a node that names more of them makes things up. */
export const MAX_SUBJECTS = 100
