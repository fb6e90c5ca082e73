import prettyBytes from 'pretty-bytes'
import { bytesText, HOUR, MINUTE, SECOND } from '../../shared/units'

const DAY = 24 * HOUR
const WEEK = 7 * DAY

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const clockWithSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' })
const whole = new Intl.NumberFormat('en')

/** A size as it is read off a chart, where a tenth tells one point from the next: `50.5 GB`. Elsewhere sizes are `bytesText`. */
export function fineBytes(count: number): string {
  return prettyBytes(count, { maximumFractionDigits: count >= 100_000_000_000 || count < 1000 ? 0 : 1 })
}

/** Bytes per second with a unit, e.g. `12 MB/s`. */
export function rate(bytesPerSecond: number): string {
  return `${bytesText(bytesPerSecond)}/s`
}

/** A whole number with separators. */
export function count(value: number): string {
  return whole.format(value)
}

/** A count with its noun: `1 agent`, `5 cron jobs`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${whole.format(value)} ${value === 1 ? noun : plural}`
}

/** How long ago, in words: `2 h ago`, `just now`. */
export function ago(iso: string, nowMs: number): string {
  const passedMs = Math.max(0, nowMs - Date.parse(iso))
  if (passedMs < MINUTE) return 'just now'
  if (passedMs < HOUR) return `${Math.floor(passedMs / MINUTE)} min ago`
  if (passedMs < DAY) return `${Math.floor(passedMs / HOUR)} h ago`
  if (passedMs < 5 * WEEK) return `${counted(Math.floor(passedMs / DAY), 'day')} ago`
  return day.format(Date.parse(iso))
}

/** A clock time: `14:03` today, with the date on any other day. */
export function clockTime(iso: string, nowMs: number): string {
  const at = new Date(iso)
  const isToday = at.toDateString() === new Date(nowMs).toDateString()
  return isToday ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`
}

/** A day to come: the clock time when it is near, else the date. */
export function dueTime(iso: string, nowMs: number): string {
  return Date.parse(iso) - nowMs < DAY ? clockTime(iso, nowMs) : day.format(new Date(iso))
}

/** A clock time with seconds: `14:03:11`. */
export function exactClock(iso: string): string {
  return clockWithSeconds.format(new Date(iso))
}

/** The exact moment in full, for hovering. */
export function exactTime(iso: string): string {
  return full.format(new Date(iso))
}

/** The heading of a day: `Today`, `Yesterday`, or the date. */
export function dayHeading(iso: string, nowMs: number): string {
  const at = new Date(iso).toDateString()
  if (at === new Date(nowMs).toDateString()) return 'Today'
  if (at === new Date(nowMs - DAY).toDateString()) return 'Yesterday'
  return day.format(Date.parse(iso))
}

/** A span: `0.2 s`, `14 s`, `3 min 20 s`, `2 h 5 min`. */
export function span(ms: number): string {
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.round((ms % MINUTE) / SECOND)} s`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`
}
