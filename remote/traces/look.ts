import { type Stats } from 'node:fs'
import { basename, dirname, isBeneath, join, native, realPath } from '../path'
import type { Trace } from '../../shared/deletion'
import { display, statOf } from '../paths'
import { stateDirOf, type FoundProfile } from '../survey/found-profile'
import type { Service } from '../survey/service'
import type { Account } from '../survey/systemd'

/** What every part of the inventory needs. */
export interface Look {
  readonly account: Account
  /** Services of this login, as far as the service manager or the files told. */
  readonly services: readonly Service[]
  /** Profiles of this login. */
  readonly profiles: readonly FoundProfile[]
  readonly signal: AbortSignal
  /** Sizes are counted until then (ms since the epoch); 0 when they were not asked for. */
  readonly sizesUntilMs: number
  /** Notes what could not be looked at, or what is left to others. */
  readonly notSeen: (what: string, why: string) => void
}

/** Names that OpenClaw has had. */
export const FAMILY = 'openclaw|clawdbot|moltbot'

/** A trace with what most of them do not have filled in. */
export function traceOf(
  id: { readonly kind: Trace['kind']; readonly key: string; readonly name?: string },
  facts: Partial<Omit<Trace, 'id' | 'kind' | 'name'>>,
): Trace {
  return {
    id: `${id.kind}:${id.key}`,
    kind: id.kind,
    name: display(native(id.name ?? id.key)),
    path: null,
    scope: 'user',
    profile: null,
    size: null,
    refusal: null,
    needsRoot: false,
    process: null,
    port: null,
    uninstall: null,
    paths: [],
    lines: [],
    ...facts,
  }
}

/**
 * Whether something of the machine may belong to this login. The machines of the demo fleet share a real one, where the same
 * account may well have an OpenClaw of its own: nothing outside a demo machine's own folder is looked at there.
 */
export function isInReach(path: string, home: string): boolean {
  if (process.env['OCM_DEMO_SERVICE_MANAGER'] === undefined) return true
  const ground = dirname(dirname(home))
  return isBeneath(path, ground) || isBeneath(realOf(path), realOf(ground))
}

/** The path without links, as far as it exists. */
export function realOf(path: string): string {
  try {
    return realPath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realOf(parent), basename(path))
  }
}

/** The profile that a state directory belongs to: as found, else as its name says; null when it says nothing. */
export function profileAt(stateDir: string, profiles: readonly FoundProfile[]): string | null {
  const real = realOf(stateDir)
  const known = profiles.find(profile => realOf(profile.stateDir) === real)
  if (known !== undefined) return known.name
  const name = basename(stateDir)
  if (name === '.openclaw') return 'default'
  if (name.startsWith('.openclaw-')) return name.slice('.openclaw-'.length)
  return new RegExp(`^\\.(${FAMILY}|moldbot)$`).test(name) ? name.slice(1) : null
}

/** System services count only when they run as this login or start its OpenClaw: all else belongs to somebody else. */
export function isOwnService(service: Service, { home }: Account): boolean {
  const { scope, execStart, path, manager } = service.facts
  if (path !== null && manager !== 'task-scheduler' && !isInReach(path, home)) return false
  if (scope === 'user' || service.home === home) return true
  return [stateDirOf(service), ...execStart].some(word => isBeneath(word, home))
}

/** lstat; undefined when nothing is there, or nothing that this login may look at. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statOf(path)
  } catch {
    return undefined // Closed to us.
  }
}
