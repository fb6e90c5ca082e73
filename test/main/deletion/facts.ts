import type { DeletionFacts } from '../../../main/deletion/facts'
import type { PlanStamp } from '../../../main/plan/facts'
import { DeletionOptions, type Trace } from '../../../shared/deletion'
import type { Plan } from '../../../shared/plan'
import { nodeFacts } from '../../helpers/facts'

/** A trace of the login's default profile. */
export function trace(kind: Trace['kind'], name: string, change: Partial<Trace> = {}): Trace {
  const isOnDisk = ['unit', 'state', 'workspace', 'leftover', 'package', 'shell-lines'].includes(kind)
  return {
    id: `${kind}:${name}`,
    kind,
    name,
    path: isOnDisk ? name : null,
    scope: 'user',
    profile: 'default',
    size: null,
    refusal: null,
    needsRoot: false,
    process: null,
    port: null,
    uninstall: null,
    paths: [],
    lines: [],
    ...change,
  }
}

export const STATE = '/home/ada/.openclaw'
export const UNIT = '/home/ada/.config/systemd/user/openclaw-gateway.service'
export const PACKAGE = '/usr/local/lib/node_modules/openclaw'

/** What a plain install leaves: a gateway, its unit, its state, the program. */
export function plainTraces(): Trace[] {
  return [
    trace('process', 'openclaw-gateway (pid 4711)', {
      id: 'process:4711:99',
      process: { pid: 4711, startedAtTicks: 99, role: 'gateway', unit: 'openclaw-gateway' },
    }),
    trace('port', 'port 18789', { port: 18789 }),
    trace('unit', UNIT, { name: 'openclaw-gateway.service' }),
    trace('state', STATE, { size: { bytes: 2e9, files: 20_000 } }),
    trace('workspace', '/data/ada-work', { size: { bytes: 1000, files: 2 } }),
    trace('package', PACKAGE, {
      profile: null,
      scope: 'system',
      needsRoot: true,
      uninstall: ['/usr/local/bin/npm', 'rm', '-g', 'openclaw'],
      paths: [PACKAGE, '/usr/local/bin/openclaw'],
    }),
    trace('linger', 'linger of ada', { profile: null }),
  ]
}

/** Facts about one node with a plain install. */
export function deletionFacts(
  change: Partial<DeletionFacts> & { readonly found?: readonly Trace[] } = {},
): DeletionFacts {
  const { found, ...rest } = change
  return {
    node: { ...nodeFacts('pc-a'), canSudo: true },
    traces: { traces: [...(found ?? plainTraces())], notSeen: [] },
    enabledLinger: false,
    foreignBots: new Map(),
    unknownBots: [],
    peers: [],
    sameIdentity: [],
    unaskedPeers: [],
    lastBackup: { state: 'known', value: null },
    ...rest,
  }
}

export const stamp: PlanStamp = {
  id: '00000000-0000-4000-8000-0000000000ff',
  now: new Date('2026-11-20T12:00:00.000Z'),
}

/** Options as the window sends them. */
export function options(change: Partial<DeletionOptions> = {}): DeletionOptions {
  return DeletionOptions.parse(change)
}

/** Verdicts by name. */
export function verdicts(plan: Plan): Record<string, string> {
  return Object.fromEntries((plan.deletion?.items ?? []).map(item => [item.name, item.verdict]))
}
