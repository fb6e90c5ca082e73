import type { Trace, Traces } from '../shared/deletion'
import type { Handler } from './handler'
import { whoAmI } from './hello'
import { display } from './paths'
import { findServices } from './survey'
import { findProfiles } from './survey/found-profile'
import { hasSystemd, lingerOf } from './survey/systemd'
import { findApp } from './traces/app'
import { findCronLines } from './traces/cron-lines'
import { findLeftovers } from './traces/leftovers'
import { isInReach, isOwnService, traceOf, type Look } from './traces/look'
import { findPackages } from './traces/packages'
import { findPorts } from './traces/ports'
import { findProcesses } from './traces/processes'
import { findSystemSchedule } from './traces/schedule'
import { findShellLines } from './traces/shell-lines'
import { findOutside, findStates } from './traces/states'
import { findTimers } from './traces/timers'
import { findUnits } from './traces/units'
import { findTasks, notePath, noteStarts } from './traces/windows'
import { beginLook } from './windows/look'

const SIZES_LIMIT_MS = 20_000
const MAX_NOTES = 200

/**
 * Answers `traces`: everything of OpenClaw on this machine that the login can see, read-only. What could not be looked at, and
 * what belongs to others, is told in `notSeen`; nothing is left out in silence.
 */
export const handleTraces: Handler<'traces'> = async ({ withSizes }, { signal }) => {
  const notSeen: Traces['notSeen'] = []
  const look = await lookAround(withSizes, signal, notSeen)
  const { traces: processes, foreign } = await findProcesses(look)
  const { traces: packages, version } = await findPackages(foreign, look)
  const states = await findStates(look)
  const timers = findTimers(look)
  const traces: Trace[] = [
    ...processes,
    ...(await findPorts(processes, version, look)),
    ...(process.platform === 'win32'
      ? await findTasks(look)
      : findUnits(look, new Set(timers.flatMap(({ paths }) => paths)))),
    ...states,
    ...(await findOutside(look)),
    ...(await findLeftovers(states, look)),
    ...packages,
    ...(await findApp(look)),
    ...(await findShellLines(look)),
    ...(await findCronLines(look)),
    ...findSystemSchedule(look),
    ...timers,
    ...(await findLinger(look)),
  ]
  if (process.platform === 'win32') {
    await notePath(look)
    await noteStarts(look)
  }
  signal.throwIfAborted()
  const unique = new Map(traces.map(trace => [trace.id, trace]))
  return { traces: [...unique.values()], notSeen: notSeen.slice(0, MAX_NOTES) }
}

async function lookAround(withSizes: boolean, signal: AbortSignal, notes: Traces['notSeen']): Promise<Look> {
  beginLook()
  const account = whoAmI()
  const notSeen = (what: string, why: string): void => {
    if (!notes.some(note => note.what === what && note.why === why))
      notes.push({ what: display(what), why: display(why) })
  }
  const { services: all, problems } = await findServices(account, true)
  for (const why of problems) notSeen('Some services', why)
  const services = all.filter(service => isOwnService(service, account))
  for (const { facts } of all.filter(service => !services.includes(service))) {
    const path = facts.path ?? facts.name
    if (isInReach(path, account.home)) notSeen(path, 'It runs OpenClaw for another account; it stays.')
  }
  const profiles = findProfiles(account.home, services, [])
  const sizesUntilMs = withSizes ? Date.now() + SIZES_LIMIT_MS : 0
  return { account, services, profiles, signal, sizesUntilMs, notSeen }
}

async function findLinger({ account, notSeen }: Look): Promise<Trace[]> {
  if (process.platform === 'win32' || !hasSystemd()) return []
  const linger = await lingerOf(account)
  if (linger.state === 'unknown') notSeen('Lingering', linger.why)
  if (linger.state === 'unknown' || !linger.value) return []
  return [traceOf({ kind: 'linger', key: account.user, name: `services of ${account.user} run without a login` }, {})]
}
