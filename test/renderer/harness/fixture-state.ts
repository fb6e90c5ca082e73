import type {
  AppInfo,
  Command,
  Event,
  EventData,
  NodeView,
  Output,
  Removal,
  Sent,
  Settings,
} from '../../../shared/contract'
import type { BackupSummary } from '../../../shared/backup'
import type { PublicError } from '../../../shared/errors'
import { BACKUPS, fixtureNodes, idOf } from './fixture-data'
import { scene } from './scene'

/** Answers of the fixture to commands. */
export type Answers<C extends Command = Command> = {
  readonly [K in C]: (input: Sent<K>) => Output<K> | Promise<Output<K>>
}

/** A failure that becomes a reply, as main's errors do. */
export class Refusal extends Error {
  constructor(readonly problem: PublicError) {
    super(problem.message)
  }
}

/** Answers with a failure. */
export const refuse = (code: PublicError['code'], message: string, hint?: string): never => {
  throw new Refusal({ code, message, ...(hint === undefined ? {} : { hint }) })
}

/** Waits, as a node would make one wait. */
export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

interface State {
  nodes: NodeView[]
  backups: BackupSummary[]
  settings: Settings
  hasRecoverySheet: boolean
  isLocked: boolean
}

/** What main would keep. */
export const state: State = {
  nodes: startingNodes(),
  backups: scene.hasBackups ? startingBackups() : [],
  settings: { theme: scene.theme, layout: scene.layout, openAtLogin: false },
  hasRecoverySheet: scene.hasRecoverySheet,
  isLocked: scene.isLocked,
}

function startingBackups(): BackupSummary[] {
  return BACKUPS.map((backup, index) => (scene.hasProfiles && index === 0 ? { ...backup, profile: 'ops' } : backup))
}

function startingNodes(): NodeView[] {
  if (scene.fleet === 'empty') return []
  if (scene.hasProfiles) return fixtureNodes().map(withWorkProfile)
  if (scene.hasRemovals) return fixtureNodes().map(withRemoval)
  if (scene.fleet !== 'many') return fixtureNodes()
  return Array.from({ length: 6 }, (_, round) => fixtureNodes().map(view => renumber(view, round))).flat()
}

function withWorkProfile(view: NodeView): NodeView {
  const [first] = view.survey?.profiles ?? []
  if (view.survey === null || first === undefined) return view
  const gateway = { ...first.gateway, port: 19789 }
  return { ...view, survey: { ...view.survey, profiles: [first, { ...first, name: 'work', gateway }] } }
}

/** Nodes that are on their way out, one in each way. */
function withRemoval(view: NodeView): NodeView {
  const removal = removals()[view.record.label]
  return removal === undefined ? view : { ...view, removal }
}

function removals(): Readonly<Record<string, Removal>> {
  return {
    'pc-a': { operationId: idOf('operation', 91), state: 'running', step: 4, of: 11, until: null, remains: [] },
    'pc-b': {
      operationId: idOf('operation', 92),
      state: 'cleaning-up',
      step: 8,
      of: 11,
      until: null,
      remains: ['/etc/systemd/system/openclaw.service', 'crontab of claw'],
    },
    nas: {
      operationId: idOf('operation', 93),
      state: 'quarantined',
      step: null,
      of: 3,
      until: new Date(Date.now() + 6 * 86_400_000).toISOString(),
      remains: [],
    },
  }
}

function renumber(view: NodeView, round: number): NodeView {
  const suffix = String(round + 1).padStart(2, '0')
  const id = view.record.id.slice(0, -4) + suffix + view.record.id.slice(-2)
  return { ...view, record: { ...view.record, id, label: `${view.record.label}-${suffix}` } }
}

const listeners = new Map<Event, Set<(data: never) => void>>()

/** Subscribes to an event; the result unsubscribes. */
export function listen<E extends Event>(event: E, listener: (data: EventData<E>) => void): () => void {
  const set = listeners.get(event) ?? new Set()
  listeners.set(event, set.add(listener))
  return () => set.delete(listener)
}

/** Announces an event to the window. */
export function emit<E extends Event>(event: E, data: EventData<E>): void {
  for (const listener of listeners.get(event) ?? []) (listener as (data: EventData<E>) => void)(data)
}

/** The node of this id. */
export const nodeOf = (id: string): NodeView =>
  state.nodes.find(view => view.record.id === id) ?? refuse('not-found', 'No such node.')

/** Keeps a node and announces it. */
export function putNode(view: NodeView): NodeView {
  const isKnown = state.nodes.some(one => one.record.id === view.record.id)
  state.nodes = isKnown
    ? state.nodes.map(one => (one.record.id === view.record.id ? view : one))
    : [...state.nodes, view]
  emit('nodeChanged', view)
  return view
}

/** Keeps the list of backups and announces it. */
export function putBackups(backups: BackupSummary[]): void {
  state.backups = backups
  emit('backupsChanged', backups)
}

/** Facts about the app. */
export const info = (): AppInfo => ({
  version: '0.1.0',
  runtime: 'Electron 45.4.1, Node 24.21.0, Chromium 156',
  sshCrypto: 'node:crypto',
  dataDir: '/home/admin/.config/OCM',
  backupDir: '/home/admin/OCM backups',
  logFile: '/home/admin/.config/OCM/logs/main.log',
  keychain: { state: 'ok', text: 'Secret Service answers; 9 secrets of OCM are stored.' },
  isDemo: false,
  hasRecoverySheet: state.hasRecoverySheet,
  platform: 'linux',
})
