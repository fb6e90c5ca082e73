import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { AppError } from '../../shared/errors'
import type { NodeClock } from '../../shared/sample'

/** The wall clock may drift so far from the time since boot before OCM calls it a jump. ms */
const TOLERANCE_MS = 30_000

/** This machine's clocks, now. */
export function nodeClock(): NodeClock {
  return { wallMs: Date.now(), uptimeMs: Math.round(uptime() * 1000), bootId: bootId() }
}

/** Empty where the system gives none: then only the time since boot tells of a restart. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

/**
 * Ages are only as good as the clock they are told by.
 * @throws AppError `plan-stale` when the machine was restarted or its clock jumped since `asOf`.
 */
export function assertSameClock(asOf: NodeClock, now = nodeClock()): void {
  const options = { hint: 'Look again and run it anew.' }
  if (now.bootId !== asOf.bootId || now.uptimeMs + TOLERANCE_MS < asOf.uptimeMs) {
    throw new AppError('plan-stale', 'The machine was restarted since it was looked at.', options)
  }
  const drift = now.wallMs - asOf.wallMs - (now.uptimeMs - asOf.uptimeMs)
  if (Math.abs(drift) <= TOLERANCE_MS) return
  const seconds = Math.round(Math.abs(drift) / 1000)
  const way = drift > 0 ? 'forward' : 'back'
  throw new AppError(
    'plan-stale',
    `The clock of the machine went ${way} by ${seconds} s since it was looked at, so ages say nothing.`,
    options,
  )
}
