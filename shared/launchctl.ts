/**
 * What `launchctl` of macOS says, as macOS 12 to 26 print it. Its exit statuses differ between releases and sessions, so that
 * only its words are relied on.
 */

/** A folder of launchd's domains: where services of a login run, in the order in which they are to be asked. */
export function launchdDomains(scope: 'user' | 'system', uid: number): readonly string[] {
  // Where nobody is logged in at the screen there is no `gui` domain, and what was loaded then is in the other one.
  return scope === 'system' ? ['system'] : [`gui/${uid}`, `user/${uid}`]
}

/** The answer of `print` about a service that is not loaded, be it that its whole domain is not there. */
export function saysNotLoaded(said: string): boolean {
  return /Could not find service|Could not find specified service/.test(said) || saysNoDomain(said)
}

/** The answer about a domain that is not there: nobody is logged in at the screen. */
export function saysNoDomain(said: string): boolean {
  return /Could not find domain|Domain does not support specified action/.test(said)
}

/**
 * A loaded service, in systemd's words where launchd means the same: `active`, `activating` while launchd waits to start it
 * again; `loaded` when it has no process and none is due. `pid` null: it has none.
 */
export interface LoadedService {
  readonly domain: string
  readonly active: 'active' | 'activating' | 'loaded'
  readonly pid: number | null
  /** The file that it was loaded from; null when launchd does not say. */
  readonly path: string | null
  readonly words: readonly string[]
}

/** What `launchctl print <domain>/<label>` says of a loaded service. Its own lines are indented by one tab, others deeper. */
export function loadedServiceIn(printed: string, domain: string): LoadedService {
  const value = (key: string): string | undefined => new RegExp(`^\\t${key} = (.+)$`, 'm').exec(printed)?.[1]?.trim()
  const state = value('state') ?? ''
  const pid = Number(value('pid') ?? 0)
  const block = /^\targuments = \{\n([\s\S]*?)^\t\}/m.exec(printed)?.[1] ?? ''
  return {
    domain,
    active: state === 'running' || pid > 0 ? 'active' : /spawn|xpcproxy/.test(state) ? 'activating' : 'loaded',
    pid: pid > 0 ? pid : null,
    // What an app brought along has words there.
    path: value('path')?.startsWith('/') === true ? (value('path') ?? null) : null,
    words: block.split('\n').flatMap(line => line.trim() || []),
  }
}

/** Labels that `launchctl print-disabled <domain>` names as switched off; null when it did not answer the question. */
export function switchedOffIn(printed: string): ReadonlySet<string> | null {
  if (!printed.includes('disabled services = {')) return null
  // Up to macOS 12 the words were `true` and `false`.
  const lines = printed.matchAll(/^\s*"(.+)" => (?:disabled|true)$/gm)
  return new Set([...lines].map(([, label = '']) => label))
}

/** Labels of OpenClaw's services, of all its names. */
export const LABEL = /^(?:ai\.openclaw|com\.clawdbot|bot\.molt)\.[A-Za-z0-9._-]+$/

/** Labels of OpenClaw among the services that `launchctl print <domain>` lists as loaded. */
export function labelsIn(printed: string): readonly string[] {
  const block = /^\tservices = \{\n([\s\S]*?)^\t\}/m.exec(printed)?.[1] ?? ''
  return block.split('\n').flatMap(line => {
    const label = line.trim().split(/\s+/).at(-1) ?? ''
    return LABEL.test(label) ? [label] : []
  })
}
