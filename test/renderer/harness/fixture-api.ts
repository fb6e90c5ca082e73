import type {
  Api,
  AppInfo,
  Command,
  Event,
  EventData,
  NodeView,
  Output,
  Reply,
  Sent,
  Settings,
} from '../../../shared/contract'
import type { BackupSummary } from '../../../shared/backup'
import type { PublicError } from '../../../shared/errors'
import type { NodeRecord, SecretKind, TestStage } from '../../../shared/node'
import type { Operation, Plan, StepStatus } from '../../../shared/plan'
import { BACKUPS, before, fixtureAudit, fixtureNodes, idOf, surveyOf } from './fixture-data'
import { backupPlan, migratePlan, PROOF, restorePlan, returnPlan } from './fixture-plans'

/** How a page of the harness begins. Read from the address: `?fleet=empty&speed=10`. */
interface Scene {
  readonly fleet: 'full' | 'empty' | 'loading' | 'failed' | 'many'
  /** Milliseconds per step of a run. */
  readonly stepMs: number
  /** How the run ends. */
  readonly ending: 'done' | 'failed' | 'interrupted' | 'hang'
  readonly hostKey: 'ask' | 'changed' | 'known'
  readonly theme: Settings['theme']
  readonly layout: Settings['layout']
  readonly hasRecoverySheet: boolean
}

/** What specs may look at: every call, in order. */
export interface HarnessTrace {
  readonly calls: readonly { readonly command: string; readonly input: unknown }[]
  /** Drops the calls, so that what is left in memory is the window's own. */
  forget(): void
}

declare global {
  interface Window {
    harness: HarnessTrace
  }
}

const query = new URLSearchParams(location.search)
const pick = <T extends string>(name: string, fallback: T): T => (query.get(name) as T | null) ?? fallback
const scene: Scene = {
  fleet: pick('fleet', 'full'),
  stepMs: Number(query.get('stepMs') ?? 250),
  ending: pick('ending', 'done'),
  hostKey: pick('hostKey', 'ask'),
  theme: pick('theme', 'system'),
  layout: pick('layout', 'grid'),
  hasRecoverySheet: query.has('recoverySheet'),
}

class Refusal extends Error {
  constructor(readonly problem: PublicError) {
    super(problem.message)
  }
}

const refuse = (code: PublicError['code'], message: string, hint?: string): never => {
  throw new Refusal({ code, message, ...(hint === undefined ? {} : { hint }) })
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
const forever = <T>(): Promise<T> => new Promise<T>(() => undefined)

let nodes: NodeView[] = startingNodes()
let backups: BackupSummary[] = scene.fleet === 'empty' || query.has('withoutBackups') ? [] : [...BACKUPS]
let settings: Settings = { theme: scene.theme, layout: scene.layout, openAtLogin: false }
const plans = new Map<string, Plan>()
const operations = new Map<string, Operation>()
const trusted = new Set<string>()
const calls: { command: string; input: unknown }[] = []
const listeners = new Map<Event, Set<(data: never) => void>>()
window.harness = { calls, forget: () => void calls.splice(0) }

function startingNodes(): NodeView[] {
  if (scene.fleet === 'empty') return []
  if (query.get('profiles') === 'two') return fixtureNodes().map(withWorkProfile)
  if (scene.fleet !== 'many') return fixtureNodes()
  return Array.from({ length: 6 }, (_, round) => fixtureNodes().map(view => renumber(view, round))).flat()
}

function withWorkProfile(view: NodeView): NodeView {
  const [first] = view.survey?.profiles ?? []
  if (view.survey === null || first === undefined) return view
  return { ...view, survey: { ...view.survey, profiles: [first, { ...first, name: 'work' }] } }
}

function renumber(view: NodeView, round: number): NodeView {
  const suffix = String(round + 1).padStart(2, '0')
  const id = view.record.id.slice(0, -4) + suffix + view.record.id.slice(-2)
  return { ...view, record: { ...view.record, id, label: `${view.record.label}-${suffix}` } }
}

function emit<E extends Event>(event: E, data: EventData<E>): void {
  for (const listener of listeners.get(event) ?? []) (listener as (data: EventData<E>) => void)(data)
}

const nodeOf = (id: string): NodeView =>
  nodes.find(view => view.record.id === id) ?? refuse('not-found', 'No such node.')

function putNode(view: NodeView): NodeView {
  const isKnown = nodes.some(one => one.record.id === view.record.id)
  nodes = isKnown ? nodes.map(one => (one.record.id === view.record.id ? view : one)) : [...nodes, view]
  emit('nodeChanged', view)
  return view
}

const info = (): AppInfo => ({
  version: '0.1.0',
  runtime: 'Electron 45.4.1, Node 24.21.0, Chromium 156',
  sshCrypto: 'node:crypto',
  dataDir: '/home/admin/.config/OCM',
  backupDir: '/home/admin/OCM backups',
  logFile: '/home/admin/.config/OCM/logs/main.log',
  keychain: { state: 'ok', text: 'Secret Service answers; 9 secrets of OCM are stored.' },
  isDemo: false,
  hasRecoverySheet: scene.hasRecoverySheet,
  canStartDemo: !query.has('withoutDemo'),
  platform: 'linux',
})

type Answers = { readonly [C in Command]: (input: Sent<C>) => Output<C> | Promise<Output<C>> }

function keep(plan: Plan): Plan {
  plans.set(plan.id, plan)
  return plan
}

async function survey(nodeId: string): Promise<NodeView> {
  const view = nodeOf(nodeId)
  putNode({ ...view, reach: 'looking' })
  await sleep(120)
  if (view.reach === 'offline' || view.reach === 'blocked') return putNode(view)
  const at = new Date().toISOString()
  const fresh = view.survey === null ? surveyOf({ label: view.record.label }, at) : { ...view.survey, at }
  return putNode({ ...view, survey: fresh, reach: 'online', lastSeenAt: at, problem: null })
}

const HOST_KEY = { type: 'ssh-ed25519', fingerprint: 'SHA256:x5Vd0nUjkq0b7mYc2pS9tGm1sT4wJ8aKfQeHrLzNo3E' }
const OLD_KEY = {
  type: 'ssh-ed25519',
  fingerprint: 'SHA256:Jm2qkYp8dXoTfQ4cE0sVnR7uLzG1hWb9aKiN3tMrC5U',
  firstSeenAt: before(5e9),
}

async function test(nodeId: string): Promise<TestStage[]> {
  const stages: TestStage[] = []
  const tell = async (stage: TestStage): Promise<void> => {
    emit('testStage', { nodeId, stage: { stage: stage.stage, state: 'running', text: 'Asking…' } })
    await sleep(Math.min(scene.stepMs, 150))
    stages.push(stage)
    emit('testStage', { nodeId, stage })
  }
  const { host, user } = nodeOf(nodeId).record
  await tell({ stage: 'name', state: 'ok', text: `${host} is 192.168.1.20` })
  await tell({ stage: 'port', state: 'ok', text: 'Port 22 answers: OpenSSH 9.2' })
  if (scene.hostKey !== 'known' && !trusted.has(nodeId)) {
    const isAsk = scene.hostKey === 'ask'
    await tell({
      stage: 'host-key',
      state: isAsk ? 'ask' : 'changed',
      text: isAsk ? 'This machine has not been seen before' : 'The machine shows another key than before',
      hostKey: HOST_KEY,
      ...(isAsk ? {} : { knownHostKey: OLD_KEY }),
    })
    for (const stage of ['login', 'node', 'openclaw'] as const)
      await tell({ stage, state: 'skipped', text: 'Not asked' })
    return stages
  }
  await tell({ stage: 'host-key', state: 'ok', text: 'The key is the known one', hostKey: HOST_KEY })
  await tell({ stage: 'login', state: 'ok', text: `Logged in as ${user} by password` })
  await tell({ stage: 'node', state: 'ok', text: 'Node.js 26.1.0 at /usr/bin/node' })
  await tell({ stage: 'openclaw', state: 'ok', text: 'OpenClaw 2026.9.6' })
  return stages
}

const waiting = (stepId: string): StepStatus => ({
  stepId,
  state: 'waiting',
  startedAt: null,
  endedAt: null,
  note: '',
  error: null,
  progress: null,
})

function putOperation(operation: Operation): Operation {
  operations.set(operation.id, operation)
  emit('operationChanged', operation)
  return operation
}

function setStep(id: string, status: StepStatus): void {
  const operation = operations.get(id)
  if (operation === undefined) return
  const steps = operation.steps.map(step => (step.stepId === status.stepId ? status : step))
  operations.set(id, { ...operation, steps })
  emit('stepChanged', { operationId: id, status })
}

function start(plan: Plan): Operation {
  const operation: Operation = {
    id: idOf('operation', operations.size + 1),
    plan,
    state: 'running',
    startedAt: new Date().toISOString(),
    endedAt: null,
    steps: plan.steps.map(({ id }) => waiting(id)),
    proof: [],
    error: null,
    snapshots: {},
    canReturn: false,
  }
  putOperation(operation)
  void simulate(operation)
  return operation
}

async function simulate({ id, plan }: Operation): Promise<void> {
  for (const [index, step] of plan.steps.entries()) {
    if (operations.get(id)?.state !== 'running') return
    const startedAt = new Date().toISOString()
    const running: StepStatus = { ...waiting(step.id), state: 'running', startedAt }
    setStep(id, running)
    const isBulk = step.action.type === 'capture' || step.action.type === 'place'
    for (let part = 1; part <= 4; part++) {
      await sleep(scene.stepMs / 4)
      if (!isBulk) continue
      const progress = {
        doneBytes: part * 210_000_000,
        totalBytes: 840_000_000,
        doneFiles: part * 1260,
        totalFiles: 5040,
        bytesPerSecond: 118_000_000,
        current: 'agents/research/sessions/5f1c2a90-77c1.jsonl',
      }
      setStep(id, { ...running, progress })
    }
    if (scene.ending === 'hang' && step.id === 'stop-target') {
      setStep(id, { ...running, startedAt: before(14_000), note: 'The unit allows 330 s for a stop' })
      return
    }
    const isLast = index === plan.steps.length - 1
    if (scene.ending === 'failed' && step.id === 'health') {
      fail(id, running)
      return
    }
    if (scene.ending === 'interrupted' && step.id === 'commit') {
      interrupt(id, running)
      return
    }
    setStep(id, {
      ...running,
      state: 'done',
      endedAt: new Date().toISOString(),
      note: isLast ? '7 of 7 rows hold' : '',
    })
  }
  const operation = operations.get(id)
  if (operation?.state !== 'running') return
  putOperation({
    ...operation,
    state: 'done',
    endedAt: new Date().toISOString(),
    proof: plan.kind === 'backup' ? [] : [...PROOF],
    canReturn: plan.kind === 'migrate',
  })
  if (plan.kind === 'backup') shelve(plan)
}

/** A finished backup is listed once its run has ended, as in the app. */
function shelve({ source }: Plan): void {
  const [model] = BACKUPS
  if (source === null || model === undefined) return
  const at = new Date().toISOString()
  const made = { ...model, id: crypto.randomUUID(), nodeId: source, nodeLabel: nodeOf(source).record.label, at }
  backups = [made, ...backups]
  emit('backupsChanged', backups)
}

function fail(id: string, running: StepStatus): void {
  const error: PublicError = {
    code: 'check-failed',
    message: 'The gateway on pc-b did not answer within 30 s.',
    hint: 'pc-b was returned to its safety copy. Look at the gateway log, then run the plan again.',
  }
  setStep(id, { ...running, state: 'failed', endedAt: new Date().toISOString(), error })
  const operation = operations.get(id)
  if (operation !== undefined) putOperation({ ...operation, state: 'failed', endedAt: new Date().toISOString(), error })
}

function interrupt(id: string, running: StepStatus): void {
  setStep(id, { ...running, state: 'unknown', note: 'The line was cut while files were put in place' })
  const operation = operations.get(id)
  if (operation !== undefined) putOperation({ ...operation, state: 'interrupted' })
}

const operationOf = (id: string): Operation => operations.get(id) ?? refuse('not-found', 'No such run.')

const blank = (record: NodeRecord): NodeView => ({
  record,
  survey: null,
  reach: 'never',
  problem: null,
  lastSeenAt: null,
  secrets: [],
  lastSecretUse: null,
  hostKey: null,
  lastBackup: null,
  operationId: null,
})

const answers: Answers = {
  'app.info': info,
  'app.openExternal': () => undefined,
  'app.startDemo': () => {
    for (const view of fixtureNodes()) putNode({ ...view, record: { ...view.record, isDemo: true } })
  },
  'settings.get': () => settings,
  'settings.set': change => {
    settings = { ...settings, ...change } as Settings
    return settings
  },
  'nodes.list': () => {
    if (scene.fleet === 'loading') return forever()
    if (scene.fleet === 'failed')
      return refuse('database-damaged', 'The list of nodes cannot be read.', 'A copy from this morning is beside it.')
    return nodes
  },
  'nodes.add': input => {
    const { port = 22, tags = [], isProtected = false } = input
    const record: NodeRecord = {
      ...input,
      port,
      tags,
      isProtected,
      id: idOf('node', nodes.length + 1),
      createdAt: new Date().toISOString(),
      isDemo: false,
    }
    return putNode(blank(record)).record
  },
  'nodes.edit': ({ nodeId, input }) => {
    const view = nodeOf(nodeId)
    const { port = 22, tags = [], isProtected = false } = input
    return putNode({ ...view, record: { ...view.record, ...input, port, tags, isProtected } }).record
  },
  'nodes.duplicate': ({ nodeId }) => {
    const { record } = nodeOf(nodeId)
    return putNode(blank({ ...record, id: idOf('node', nodes.length + 1), label: `${record.label} copy` })).record
  },
  'nodes.remove': ({ nodeId }) => {
    nodes = nodes.filter(view => view.record.id !== nodeId)
    emit('nodeRemoved', { nodeId })
  },
  'nodes.setSecret': ({ nodeId, kind }) => {
    const view = nodeOf(nodeId)
    putNode({ ...view, secrets: [...new Set<SecretKind>([...view.secrets, kind])] })
  },
  'nodes.clearSecret': ({ nodeId, kind }) => {
    const view = nodeOf(nodeId)
    putNode({ ...view, secrets: view.secrets.filter(one => one !== kind) })
  },
  'nodes.test': ({ nodeId }) => test(nodeId),
  'nodes.trust': ({ nodeId }) => {
    trusted.add(nodeId)
    putNode({
      ...nodeOf(nodeId),
      hostKey: { ...HOST_KEY, firstSeenAt: new Date().toISOString() },
      reach: 'never',
      problem: null,
    })
  },
  'nodes.survey': ({ nodeId }) => survey(nodeId),
  'nodes.surveyAll': () => {
    for (const view of nodes) void survey(view.record.id)
  },
  'nodes.exportFile': () => '/home/admin/ocm-nodes.json',
  'nodes.importFile': () => ({ added: 2, skipped: ['pc-a: already there'] }),
  'backups.list': () => backups,
  'backups.show': ({ backupId }) => {
    const summary = backups.find(one => one.id === backupId) ?? refuse('not-found', 'No such backup.')
    return {
      meta: {
        format: 1,
        id: summary.id,
        at: summary.at,
        nodeId: summary.nodeId,
        nodeLabel: summary.nodeLabel,
        profile: summary.profile,
        reason: summary.reason,
        os: { platform: 'linux', arch: 'x64', user: 'claw', home: '/home/claw', hostname: summary.nodeLabel },
        stateDir: '/home/claw/.openclaw',
        roots: { state: '/home/claw/.openclaw' },
        openclawVersion: summary.openclawVersion,
        nodeVersion: '26.1.0',
        era: summary.era,
        gatewayPort: 18789,
        components: summary.components,
      },
      inventory: {
        agents: ['main', 'research'],
        channels: ['telegram:default'],
        cronJobs: ['Morning briefing', 'Disk report', 'Mail digest'],
        credentials: ['anthropic:default', 'openai:work'],
      },
      sizes: { gateway: { bytes: 24_100, files: 6 }, agents: { bytes: 3_400_000, files: 22 } },
      files: [],
      leftOut: [{ path: 'cache/control-ui-assets', why: 'Made again at the next start', bytes: 54_000_000 }],
      verify: { files: 5312, bytes: summary.bytes, chunks: 5400 },
      valueNames: ['ANTHROPIC_API_KEY', 'TZ'],
    }
  },
  'backups.verify': async ({ backupId }) => {
    await sleep(200)
    backups = backups.map(one =>
      one.id === backupId ? { ...one, state: 'good', verifiedAt: new Date().toISOString() } : one,
    )
    emit('backupsChanged', backups)
    return backups.find(one => one.id === backupId) ?? refuse('not-found', 'No such backup.')
  },
  'backups.remove': ({ backupId }) => {
    backups = backups.filter(one => one.id !== backupId)
    emit('backupsChanged', backups)
  },
  'backups.exportFile': () => '/home/admin/pc-a.ocmbackup',
  'backups.importFile': () => null,
  'backups.saveRecoverySheet': () => {
    emit('appChanged', { ...info(), hasRecoverySheet: true })
    return '/home/admin/ocm-recovery-sheet.html'
  },
  'plans.backup': async ({ nodeId, options }) => {
    await sleep(40)
    return keep(backupPlan(nodeId, options))
  },
  'plans.restore': async ({ nodeId, options }) => {
    await sleep(40)
    return keep(restorePlan(nodeId, options, query.has('blocked')))
  },
  'plans.migrate': async ({ options }) => {
    await sleep(40)
    return keep(migratePlan(options))
  },
  'plans.return': () => keep(returnPlan()),
  'plans.run': ({ planId }) => {
    const plan = plans.get(planId) ?? refuse('plan-stale', 'This plan is no longer there.', 'Make it again.')
    plans.delete(planId)
    return start(plan)
  },
  'operations.list': () => [...operations.values()],
  'operations.cancel': ({ operationId }) => {
    putOperation({ ...operationOf(operationId), state: 'cancelled', endedAt: new Date().toISOString() })
  },
  'operations.resume': ({ operationId }) => putOperation({ ...operationOf(operationId), state: 'running' }),
  'operations.rollBack': ({ operationId }) =>
    putOperation({ ...operationOf(operationId), state: 'returned', endedAt: new Date().toISOString() }),
  'operations.forceStop': () => undefined,
  'audit.list': ({ before: seq }) => {
    const entries = fixtureAudit().filter(entry => seq === undefined || entry.seq < seq)
    return entries.slice(0, 30)
  },
}

const api: Api = {
  async invoke<C extends Command>(command: C, input: Sent<C>): Promise<Reply<Output<C>>> {
    calls.push({ command, input: structuredClone(input) })
    try {
      return { ok: true, value: structuredClone(await answers[command](input)) }
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, error: error.problem }
      throw error
    }
  },
  on(event, listener) {
    const set = listeners.get(event) ?? new Set()
    listeners.set(event, set.add(listener))
    return () => set.delete(listener)
  },
}

Object.defineProperty(window, 'api', { value: api })
