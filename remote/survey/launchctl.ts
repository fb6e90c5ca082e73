import {
  labelsIn,
  launchdDomains,
  loadedServiceIn,
  saysNoDomain,
  saysNotLoaded,
  switchedOffIn,
  type LoadedService,
} from '../../shared/launchctl'
import type { Known } from '../../shared/survey'
import { runCommand } from '../run-command'

const LIMIT_MS = 5_000

type Scope = 'user' | 'system'

/**
 * Whether launchd has a service loaded, and how it is; null when it has not. Asked in each domain that may have it: a session
 * at the screen that cannot be asked about may have it all the same.
 */
export async function askLaunchd(label: string, scope: Scope, uid: number): Promise<Known<LoadedService | null>> {
  let why: string | null = null
  for (const domain of launchdDomains(scope, uid)) {
    const { code, said } = await launchctl('print', `${domain}/${label}`)
    if (code === 0) return { state: 'known', value: loadedServiceIn(said, domain) }
    if (saysNoDomain(said) || !saysNotLoaded(said)) why = `launchctl print ${domain}/${label}: ${lastLine(said)}`
  }
  return why === null ? { state: 'known', value: null } : { state: 'unknown', why }
}

/** Labels that are switched off for this login, or for the machine. */
export async function askSwitchedOff(scope: Scope, uid: number): Promise<Known<ReadonlySet<string>>> {
  let why = 'launchd has no domain for this login.'
  for (const domain of launchdDomains(scope, uid)) {
    const { said } = await launchctl('print-disabled', domain)
    const labels = switchedOffIn(said)
    if (labels !== null) return { state: 'known', value: labels }
    why = `launchctl print-disabled ${domain}: ${lastLine(said)}`
  }
  return { state: 'unknown', why }
}

/** Labels of OpenClaw that launchd has loaded, also those whose file is gone: they run, and are started again, all the same. */
export async function askLoadedLabels(scope: Scope, uid: number): Promise<Known<readonly string[]>> {
  const labels: string[] = []
  for (const domain of launchdDomains(scope, uid)) {
    const { code, said } = await launchctl('print', domain)
    if (code === 0) labels.push(...labelsIn(said))
    else if (!saysNoDomain(said)) return { state: 'unknown', why: `launchctl print ${domain}: ${lastLine(said)}` }
  }
  return { state: 'known', value: labels }
}

async function launchctl(...words: string[]): Promise<{ readonly code: number; readonly said: string }> {
  try {
    const { code, stdout, stderr } = await runCommand(['launchctl', ...words], { limitMs: LIMIT_MS })
    return { code, said: `${stdout}\n${stderr}` }
  } catch (error) {
    return { code: -1, said: (error as Error).message }
  }
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
}
