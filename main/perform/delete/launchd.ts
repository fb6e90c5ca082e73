import { setTimeout as sleep } from 'node:timers/promises'
import { launchdDomains, loadedServiceIn, saysNoDomain, saysNotLoaded, switchedOffIn } from '../../../shared/launchctl'
import type { Argv } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'
import type { ExecResult } from '../../ssh/types'
import { run, runAsRoot, type Running } from './commands'
import type { Unit, UnitState } from './units'

const QUESTION_MS = 20 * SECOND
/** launchd answers before what it was told is over, ms. */
const SETTLE_MS = 10 * SECOND
/** What launchd refused to unload may still be on its way out, ms. */
const REFUSED_MS = 3 * SECOND
const LOOK_EVERY_MS = 250

/** The service that a command for launchd is about; null when it is about none. */
export function agentOf(argv: Argv): Unit | null {
  if (argv[0] !== 'launchctl') return null
  const target = argv[2] ?? ''
  const system = /^system(?:\/(.+))?$/.exec(target)
  const label = system?.[1] ?? /^(?:gui|user)\/\d+\/(.+)$/.exec(target)?.[1]
  // A list is named after the service that it defines.
  const named = argv[1] === 'bootstrap' ? /([^/]+)\.plist$/.exec(argv[3] ?? '')?.[1] : label
  if (named === undefined) return null
  return { scope: system === null ? 'user' : 'system', name: named, manager: 'launchd' }
}

/**
 * What launchd says of a service, in systemd's words; null when it does not tell. One that is not loaded, be it that its whole
 * domain is not there, is `inactive`: whether a process of it lives has to be asked otherwise.
 */
export async function agentState(part: Running, uid: number, unit: Unit): Promise<UnitState | null> {
  for (const domain of launchdDomains(unit.scope, uid)) {
    const result = await run(part, uid, ['launchctl', 'print', `${domain}/${unit.name}`], QUESTION_MS)
    if (result.code === 0) {
      const { active, pid } = loadedServiceIn(result.stdout, domain)
      return { load: 'loaded', active, mainPid: pid ?? 0, file: await fileState(part, uid, unit) }
    }
    if (!saysNotLoaded(said(result))) return null
  }
  return { load: 'not-found', active: 'inactive', mainPid: 0, file: await fileState(part, uid, unit) }
}

/** Whether launchd lets it start by itself; '' when it does not tell. */
async function fileState(part: Running, uid: number, { scope, name }: Unit): Promise<string> {
  for (const domain of launchdDomains(scope, uid)) {
    const result = await run(part, uid, ['launchctl', 'print-disabled', domain], QUESTION_MS)
    const labels = switchedOffIn(result.stdout)
    if (labels !== null) return labels.has(name) ? 'disabled' : 'enabled'
  }
  return ''
}

/** Tells launchd to act on a service, in the domain where it is, and waits until it is so. What it shows then decides. */
export async function driveAgent(
  part: Running,
  uid: number,
  { argv, unit }: { readonly argv: Argv; readonly unit: Unit },
  limitMs: number,
): Promise<ExecResult> {
  const startedAt = performance.now()
  let result = await act(part, uid, { argv, unit }, limitMs)
  if (argv[1] === 'bootout') {
    const isUnderWay = result.code === 0 || /in progress/i.test(said(result))
    await untilUnloaded(part, uid, unit, isUnderWay ? startedAt + limitMs : performance.now() + REFUSED_MS)
  }
  if (argv[1] !== 'bootstrap') return result
  // What was unloaded a moment ago cannot be loaded yet: launchd says "5: Input/output error" until then.
  const until = performance.now() + SETTLE_MS
  for (;;) {
    const state = await agentState(part, uid, unit)
    if (state?.load === 'loaded' || performance.now() > until) break
    await sleep(SECOND, undefined, { signal: part.context.signal })
    result = await act(part, uid, { argv, unit }, limitMs)
  }
  return result
}

/**
 * In the domain of the plan first; where that has it not, in the one of the user. It is loaded only where it was: a second
 * copy would take the place of one that a session at the screen still runs.
 */
async function act(
  part: Running,
  uid: number,
  { argv, unit }: { readonly argv: Argv; readonly unit: Unit },
  limitMs: number,
): Promise<ExecResult> {
  if (unit.scope === 'system') return runAsRoot(part, uid, argv, limitMs)
  const result = await run(part, uid, argv, limitMs)
  const isElsewhere = saysNoDomain(said(result)) || saysNotLoaded(said(result)) || /No such process/.test(said(result))
  if (result.code === 0 || !isElsewhere || argv[1] === 'bootstrap') return result
  const other = argv.map((word, index) => (index === 2 ? word.replace(/^gui\//, 'user/') : word))
  return run(part, uid, other, limitMs)
}

async function untilUnloaded(part: Running, uid: number, unit: Unit, until: number): Promise<void> {
  while (performance.now() < until) {
    const state = await agentState(part, uid, unit)
    if (state === null || state.load !== 'loaded') return
    await sleep(LOOK_EVERY_MS, undefined, { signal: part.context.signal })
  }
}

function said({ stdout, stderr }: ExecResult): string {
  return `${stdout}\n${stderr}`
}
