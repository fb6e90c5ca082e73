import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupSummary } from '../shared/backup'
import type { EventData } from '../shared/contract'
import { AppError } from '../shared/errors'
import type { Operation, Plan } from '../shared/plan'
import type { Bus } from './api'
import { createBackups } from './backups'
import type { Repository } from './backup/types'
import { createBus } from './bus'
import { assembleDeletion } from './deletion/assemble'
import type { DeletionPlanner } from './deletion/planner'
import type { QuarantineKeeper } from './deletion/quarantine'
import { Fleet } from './nodes/fleet'
import { createRegistry, type Registry } from './nodes/registry'
import type { Means } from './perform/types'
import { CleanPlanner } from './plan/clean-planner'
import { Operations } from './plan/operations'
import { Planner } from './plan/planner'
import { Shelf } from './plan/shelf'
import { createRemotes } from './remote/remotes'
import type { Remotes } from './remote/types'
import { createWitness } from './remote/witness'
import { createSecrets, type Secrets, type SecretsOptions } from './secrets/secrets'
import { createHostKeys, type HostKeys } from './ssh/host-keys'
import { sudoExec } from './ssh/exec'
import { createPool, IDLE_MS, type NodePool } from './ssh/pool'
import { createAudit, type Audit } from './store/audit'
import type { Certificates } from './store/certificates'
import { openDatabase, type Store } from './store/database'
import { createJournal } from './store/journal'
import { createLog, type Log } from './store/log'
import { createMarks, type Marks } from './store/marks'
import { createNodePaths } from './store/node-paths'
import { createSettings, type SettingsStore } from './store/settings'
import { createSurveyCache, type SurveyCache } from './store/survey-cache'
import { assembleWatching } from './watch/assemble'
import type { AutomaticCleaning } from './watch/automatic'
import type { Clock } from './watch/clock'
import type { UndoKeeper } from './watch/keeper'
import type { Watcher } from './watch/watcher'

/** What the app and the command line stand on. Plain Node; nothing here knows of windows. */
export interface Services extends AsyncDisposable {
  readonly dataDir: string
  readonly backupDir: string
  readonly isDemo: boolean
  readonly bus: Bus
  readonly log: Log
  readonly store: Store
  readonly audit: Audit
  readonly settings: SettingsStore
  readonly marks: Marks
  readonly registry: Registry
  readonly hostKeys: HostKeys
  readonly secrets: Secrets
  readonly pool: NodePool
  readonly remotes: Remotes
  readonly surveys: SurveyCache
  readonly fleet: Fleet
  readonly planner: Planner
  readonly deletionPlanner: DeletionPlanner
  readonly cleanPlanner: CleanPlanner
  readonly certificates: Certificates
  /** Deletes quarantined nodes when their time has come; whoever stays open for long starts it. */
  readonly quarantineKeeper: QuarantineKeeper
  readonly operations: Operations
  /** Watches the fleet; whoever stays open for long starts it. */
  readonly watcher: Watcher
  /** Purges what clean-ups with undo put aside, a day after; the watcher starts it. */
  readonly undoKeeper: UndoKeeper
  /** Cleans up by itself where that is switched on; the watcher asks it after each poll. */
  readonly automatic: AutomaticCleaning
  /** The backup repository, opened (or made) when first asked for. */
  repository(): Promise<Repository>
  /**
   * Opens a backup folder whose key is not in the keychain, and keeps a new one there. One that is open stays as it is.
   * @throws AppError `bad-input` (mistyped), `credential-refused` (another folder's phrase).
   */
  unlockBackups(phrase: string): Promise<void>
  /** The backups as last listed, newest first; and a way to list them again. */
  backups(): readonly BackupSummary[]
  refreshBackups(): Promise<readonly BackupSummary[]>
}

/** How to make them. */
export interface ServicesOptions {
  readonly dataDir: string
  /** Where the built remote program lies. */
  readonly programFile: string
  readonly isDemo: boolean
  readonly console: boolean
  /** How long to wait for another OCM to leave the data folder, in ms. */
  readonly waitMs?: number
  /** Null keeps secrets in memory only (the demo). */
  readonly keychain?: SecretsOptions['keychain']
  /** What watching tells the time by; the machine's own unless a test brings one. */
  readonly clock?: Clock
}

/**
 * Opens the data folder and builds everything on it.
 * @throws AppError `data-folder-in-use`, `database-damaged`.
 */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { dataDir, isDemo } = options
  const program = await readFile(options.programFile, 'utf8')
  const store = openDatabase(dataDir, { wait: options.waitMs ?? 0 })
  const log = createLog(join(dataDir, 'logs'), { console: options.console })
  const lines = log.scope('services')
  const bus = createBus(error => lines.error('a listener failed', error))
  const audit = createAudit(store, entry => bus.emit('auditAdded', entry))
  const registry = createRegistry(store, change => {
    if (change.kind === 'removed') {
      fleet.forget(change.nodeId)
      bus.emit('nodeRemoved', { nodeId: change.nodeId })
    } else announce(change.record.id)
  })
  const hostKeys = createHostKeys(store)
  const secrets = createSecrets({
    log,
    onUse: use => {
      fleet.noteSecret(use)
      bus.emit('secretUsed', use)
    },
    ...(options.keychain === undefined ? {} : { keychain: options.keychain }),
  })
  const pool = createPool({
    ...{ registry, hostKeys, secrets, log },
    idleMs: nodeId => Math.max(IDLE_MS, watching.watcher.keepMs(nodeId)),
  })
  const remotes = createRemotes({ pool, program, memory: createNodePaths(store), log: log.scope('remote') })
  const surveys = createSurveyCache(store)
  const backupDir = join(dataDir, 'backups')
  const shelf = new Shelf()

  const backups = createBackups({
    folder: backupDir,
    log,
    secrets,
    nodeIds: () => registry.list().map(({ id }) => id),
    onList: (all, changed) => {
      bus.emit('backupsChanged', all)
      for (const nodeId of changed) announce(nodeId)
    },
  })
  const repository = () => backups.repository()
  const lastBackup = (nodeId: string) => backups.lastBackup(nodeId)

  const fleet: Fleet = new Fleet({
    registry,
    cache: surveys,
    remotes,
    hostKey: nodeId => hostKeys.get(nodeId),
    secretKinds: nodeId => secrets.kinds(nodeId),
    lastBackup,
    holding: nodeId => operations.holding(nodeId),
    removal: nodeId => operations.removal(nodeId, deletion.keeper.reason(nodeId)),
    emit: bus.emit,
  })
  // Facts on their way to listeners; the store stays open until the last has arrived.
  const underWay = new Set<Promise<unknown>>()
  const inBackground = (what: string, work: Promise<unknown>): void => {
    const settled = work
      .catch((error: unknown) => {
        const isCut = error instanceof AppError && error.code === 'aborted' // by the end of OCM
        if (!isCut) lines.error(`${what} failed`, error)
      })
      .finally(() => underWay.delete(settled))
    underWay.add(settled)
  }
  const announce = (nodeId: string): void => inBackground('announcing a node', fleet.announce(nodeId))
  const look = (nodeId: string, withSizes: boolean) => fleet.look(nodeId, { withSizes })
  const cleanPlanner = new CleanPlanner({ shelf, remotes, look: nodeId => look(nodeId, false) })
  const planner = new Planner({
    shelf,
    putBack: operation => cleanPlanner.putBack(operation),
    remotes,
    repository,
    look,
    lastSurveys: () =>
      registry.list().flatMap(({ id, label }) => {
        const survey = surveys.get(id)
        return survey === null ? [] : [{ nodeId: id, label, survey }]
      }),
  })
  const journal = createJournal(store)
  const deletion = assembleDeletion({
    ...{ store, audit, registry, secrets, hostKeys, pool, remotes, journal, dataDir, shelf, look, announce },
    lastSurvey: nodeId => surveys.get(nodeId),
    listBackups: () => backups.refresh(),
    operations: () => operations,
    onFailure: error => lines.error('a quarantine could not be looked at', error),
  })
  const means: Means = {
    pool,
    remotes,
    witness: createWitness({ pool }),
    registrar: deletion.registrar,
    repository,
    look: (nodeId, signal) => fleet.look(nodeId, { signal }),
    sudo: async (nodeId, argv, limitMs) => {
      if (!(await secrets.kinds(nodeId)).includes('sudo')) return null
      return pool.use(nodeId, connection =>
        secrets.withCredential(nodeId, 'sudo', secret => sudoExec(connection, [...argv], { secret, limitMs })),
      )
    },
    borrow: (nodeId, operationId) => operations.borrow(nodeId, operationId),
    surroundings: (plan: Plan) => planner.surroundings(plan),
  }
  const operations = new Operations({
    shelf,
    journal,
    means,
    emit: bus.emit,
    onFailure: error => lines.error('a run could not be noted', error),
    audit: ({ what, nodeId, nodeLabel, text }) => {
      const record = registry.list().find(({ id }) => id === nodeId)
      audit.append({ what, nodeId, nodeLabel: record?.label ?? nodeLabel ?? null, text })
    },
    ...deletion.forOperations,
  })
  const isListed = (nodeId: string | null): nodeId is string => registry.list().some(({ id }) => id === nodeId)
  const announceNodesOf = ({ plan }: Operation): void => {
    for (const nodeId of [plan.source, plan.target]) if (isListed(nodeId)) announce(nodeId)
  }
  const afterRuns = bus.listen((event, data) => {
    if (event === 'stepChanged') {
      const { operationId, status } = data as EventData<'stepChanged'>
      const isNote = status.state === 'running' && (status.note !== '' || status.progress !== null)
      const operation = isNote ? null : operations.get(operationId)
      // A card shows at which step its deletion is.
      if (operation?.plan.deletion !== undefined) announceNodesOf(operation)
    }
    if (event !== 'operationChanged') return
    const operation = data as Operation
    announceNodesOf(operation)
    if (operation.state !== 'running') inBackground('listing backups', backups.refresh())
    // These switch a node's services without a look of their own: the board would show what was before.
    const { kind, target } = operation.plan
    const hasSwitched = operation.state === 'done' && (kind === 'quarantine' || kind === 'release')
    if (hasSwitched && isListed(target)) inBackground('looking at a node after a run', fleet.survey(target))
  })
  // A deletion that OCM left right after its record went has only its certificate to write.
  await operations.finishDeletions()
  const watching = assembleWatching({
    ...{ store, bus, audit, registry, remotes, fleet, operations, cleanPlanner, lastBackup },
    lastSurvey: nodeId => surveys.get(nodeId),
    onFailure: error => lines.error('watching failed', error),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  })

  return {
    dataDir,
    backupDir,
    isDemo,
    bus,
    log,
    store,
    audit,
    settings: createSettings(store),
    marks: createMarks(store),
    registry,
    hostKeys,
    secrets,
    pool,
    remotes,
    surveys,
    fleet,
    planner,
    deletionPlanner: deletion.planner,
    cleanPlanner,
    certificates: deletion.certificates,
    quarantineKeeper: deletion.keeper,
    operations,
    watcher: watching.watcher,
    undoKeeper: watching.keeper,
    automatic: watching.automatic,
    repository,
    unlockBackups: phrase => backups.unlock(phrase),
    backups: () => backups.listed(),
    refreshBackups: () => backups.refresh(),
    async [Symbol.asyncDispose]() {
      deletion.keeper[Symbol.dispose]()
      watching[Symbol.dispose]()
      afterRuns[Symbol.dispose]()
      await operations[Symbol.asyncDispose]()
      await remotes[Symbol.asyncDispose]()
      await pool[Symbol.asyncDispose]()
      await backups[Symbol.asyncDispose]()
      await Promise.allSettled(underWay)
      secrets[Symbol.dispose]()
      store[Symbol.dispose]()
    },
  }
}
