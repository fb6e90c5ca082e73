import { z } from 'zod'
import { BackupSummary, Manifest } from './backup'
import { CleanOptions } from './cleaning'
import { Certificate, DeletionOptions } from './deletion'
import { PublicError } from './errors'
import { HostKey, NodeId, NodeInput, NodeRecord, SecretKind, SecretUse, TestStage } from './node'
import { Operation, Plan, PlanOptions, StepStatus } from './plan'
import { WatchPoint } from './sample'
import { Survey } from './survey'
import { Alert, CleanKind, WatchConfig, WatchState } from './watch'
import { watchCommands } from './watch-commands'

/**
 * How far a node is on its way out. `running`: its deletion or quarantine is under way · `cleaning-up`: a deletion that left
 * something or was interrupted; what is left can be tried again · `quarantined`: stopped, and deleted at `until`.
 */
export const Removal = z.object({
  operationId: z.uuid(),
  state: z.enum(['running', 'cleaning-up', 'quarantined']),
  /** The step that runs, or the first that is not done; counted from 1. Null when there is none. */
  step: z.number().int().nullable(),
  /** How many steps there are. */
  of: z.number().int(),
  until: z.iso.datetime().nullable(),
  /** What the last look at the machine did not see gone; for a quarantine that is over, why it was kept. */
  remains: z.array(z.string()),
})
export type Removal = z.infer<typeof Removal>

/** What the board knows about a node: the record, the last survey (from cache at once), and how the look is going. */
export const NodeView = z.object({
  record: NodeRecord,
  survey: Survey.nullable(),
  reach: z.enum(['never', 'looking', 'online', 'offline', 'blocked']),
  problem: PublicError.nullable(),
  lastSeenAt: z.iso.datetime().nullable(),
  /** Kinds of secret stored (in the keychain or for this session); never a value. */
  secrets: z.array(SecretKind),
  lastSecretUse: SecretUse.nullable(),
  hostKey: HostKey.nullable(),
  lastBackup: BackupSummary.nullable(),
  /** A run that holds this node, if any. */
  operationId: z.uuid().nullable(),
  /** Set while the node is being deleted, until it is gone. */
  removal: Removal.nullable(),
})
export type NodeView = z.infer<typeof NodeView>

/** One line of the hash-chained audit log. */
export const AuditEntry = z.object({
  seq: z.number().int(),
  at: z.iso.datetime(),
  what: z.string(),
  nodeId: NodeId.nullable(),
  nodeLabel: z.string().nullable(),
  text: z.string(),
  hash: z.string(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** Facts about the running app, for the sidebar, Settings and About. */
export const AppInfo = z.object({
  version: z.string(),
  runtime: z.string(),
  /** `native` when ssh2's own binding runs, else `node:crypto`. */
  sshCrypto: z.string(),
  dataDir: z.string(),
  backupDir: z.string(),
  logFile: z.string(),
  keychain: z.object({ state: z.enum(['ok', 'locked', 'absent']), text: z.string() }),
  isDemo: z.boolean(),
  hasRecoverySheet: z.boolean(),
  platform: z.string(),
})
export type AppInfo = z.infer<typeof AppInfo>

/** What the admin can set. */
export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  layout: z.enum(['grid', 'list']),
  openAtLogin: z.boolean(),
})
export type Settings = z.infer<typeof Settings>

/**
 * What a `known_hosts` file says of one node. `new` can be trusted; `known` is trusted already; with `known-otherwise` OCM
 * trusts another key, with `shown-otherwise` the machine itself showed another one: neither is ever replaced by an import.
 */
export const KnownHostEntry = z.object({
  nodeId: NodeId,
  label: z.string(),
  host: z.string(),
  port: z.number().int(),
  hostKey: HostKey,
  verdict: z.enum(['new', 'known', 'known-otherwise', 'shown-otherwise']),
})
export type KnownHostEntry = z.infer<typeof KnownHostEntry>

/** A recovery phrase as typed. It only ever goes from the window to main. */
const Phrase = z.string().min(1).max(256)
/** Stands for a file the person picked in a dialog of main. */
const Ticket = z.uuid()

const nothing = z.void()
const byNode = z.object({ nodeId: NodeId })
const byBackup = z.object({ backupId: z.uuid() })
const byOperation = z.object({ operationId: z.uuid() })

/** Every command the window may send. A key here is the only way to get a channel. */
export const commands = {
  'app.info': { input: nothing, output: AppInfo },
  'app.openExternal': { input: z.object({ url: z.url() }), output: nothing },
  'settings.get': { input: nothing, output: Settings },
  'settings.set': { input: Settings.partial(), output: Settings },

  'nodes.list': { input: nothing, output: z.array(NodeView) },
  'nodes.add': { input: NodeInput, output: NodeRecord },
  'nodes.edit': { input: z.object({ nodeId: NodeId, input: NodeInput }), output: NodeRecord },
  'nodes.duplicate': { input: byNode, output: NodeRecord },
  /**
   * Forgets the record and its secrets in OCM without any proof; nothing changes on the node. Only when `typedName` is exactly
   * the node's name.
   */
  'nodes.remove': { input: z.object({ nodeId: NodeId, typedName: z.string() }), output: nothing },
  'nodes.setSecret': {
    input: z.object({ nodeId: NodeId, kind: SecretKind, secret: z.string().min(1).max(4096) }),
    output: nothing,
  },
  'nodes.clearSecret': { input: z.object({ nodeId: NodeId, kind: SecretKind }), output: nothing },
  /** Runs all stages; each is announced by `testStage` as it happens. */
  'nodes.test': { input: byNode, output: z.array(TestStage) },
  /** Trusts exactly this fingerprint. With `replace`, it takes the place of a known one. */
  'nodes.trust': {
    input: z.object({ nodeId: NodeId, fingerprint: z.string(), replace: z.boolean().default(false) }),
    output: nothing,
  },
  /**
   * Reads a `known_hosts` file, the user's own or one picked in main's dialog, and says what it holds for OCM's nodes.
   * Changes nothing; null when no file was picked.
   */
  'nodes.readKnownHosts': {
    input: z.object({ from: z.enum(['own', 'dialog']) }),
    output: z.object({ ticket: Ticket, file: z.string(), entries: z.array(KnownHostEntry) }).nullable(),
  },
  /** Trusts the chosen nodes' keys as they were shown; answers the nodes whose key is trusted now. */
  'nodes.trustKnownHosts': {
    input: z.object({ ticket: Ticket, nodeIds: z.array(NodeId).max(1000) }),
    output: z.array(NodeId),
  },
  'nodes.survey': { input: byNode, output: NodeView },
  /** Surveys all nodes side by side; answers at once, views follow as events. */
  'nodes.surveyAll': { input: nothing, output: nothing },
  /** Opens a save or open dialog in main; answers the path used or null. */
  'nodes.exportFile': { input: nothing, output: z.string().nullable() },
  'nodes.importFile': {
    input: nothing,
    output: z.object({ added: z.number().int(), skipped: z.array(z.string()) }).nullable(),
  },

  'backups.list': { input: nothing, output: z.array(BackupSummary) },
  'backups.show': {
    input: byBackup,
    output: Manifest.omit({ values: true }).extend({ valueNames: z.array(z.string()) }),
  },
  'backups.verify': { input: byBackup, output: BackupSummary },
  'backups.remove': { input: byBackup, output: nothing },
  'backups.exportFile': { input: byBackup, output: z.string().nullable() },
  /** Opens the backup folder with its recovery phrase, when this keychain has no key for it. */
  'backups.unlock': { input: z.object({ phrase: Phrase }), output: nothing },
  /** A file of another backup folder is `locked`: its ticket and the phrase of that folder open it. */
  'backups.importFile': {
    input: nothing,
    output: z
      .discriminatedUnion('state', [
        z.object({ state: z.literal('imported'), backup: BackupSummary }),
        z.object({ state: z.literal('locked'), ticket: Ticket, file: z.string() }),
      ])
      .nullable(),
  },
  'backups.importLocked': { input: z.object({ ticket: Ticket, phrase: Phrase }), output: BackupSummary },
  /** Writes the recovery sheet to a file the admin picks. The phrase never enters the window. */
  'backups.saveRecoverySheet': { input: nothing, output: z.string().nullable() },

  'plans.backup': { input: z.object({ nodeId: NodeId, options: PlanOptions }), output: Plan },
  'plans.restore': { input: z.object({ backupId: z.uuid(), nodeId: NodeId, options: PlanOptions }), output: Plan },
  'plans.migrate': { input: z.object({ source: NodeId, target: NodeId, options: PlanOptions }), output: Plan },
  /** The way back of a finished or failed run, as a plan of its own. */
  'plans.return': { input: byOperation, output: Plan },
  /** What deleting a node takes: what goes, what stays, and why. Changes nothing. */
  'plans.delete': { input: z.object({ nodeId: NodeId, options: DeletionOptions }), output: Plan },
  /** Stop now, delete after so many days. */
  'plans.quarantine': {
    input: z.object({
      nodeId: NodeId,
      days: z.number().int().min(1).max(90).default(7),
      options: DeletionOptions,
    }),
    output: Plan,
  },
  /** What a clean-up would take away, and what it would leave and why. Changes nothing. */
  'plans.clean': { input: z.object({ nodeId: NodeId, what: CleanKind, options: CleanOptions }), output: Plan },
  /** Brings a quarantined node back. */
  'plans.release': { input: byNode, output: Plan },
  /**
   * Starts the plan; answers the operation, whose progress follows as events. A deletion or quarantine starts only when
   * `typedName` is exactly the node's name (`deletion.confirm`).
   */
  'plans.run': { input: z.object({ planId: z.uuid(), typedName: z.string().optional() }), output: Operation },

  'operations.list': { input: nothing, output: z.array(Operation) },
  'operations.cancel': { input: byOperation, output: nothing },
  /** Goes on with an interrupted run, or tries again what a deletion left. */
  'operations.resume': { input: byOperation, output: Operation },
  'operations.rollBack': { input: byOperation, output: Operation },
  /** Stops waiting for a slow service stop and kills it (pid plus start time). */
  'operations.forceStop': { input: byOperation, output: nothing },

  /** The proof of a deletion; null while there is none. */
  'deletions.certificate': { input: byOperation, output: Certificate.nullable() },
  /** Opens a save dialog in main; answers the path used or null. */
  'deletions.saveCertificate': {
    input: z.object({ operationId: z.uuid(), format: z.enum(['json', 'html', 'markdown']) }),
    output: z.string().nullable(),
  },

  /**
   * Copies the newest orphan of a folder whose live store is missing or broken to a file the admin picks; answers its path
   * or null.
   */
  'cleaning.fetchNewest': { input: z.object({ nodeId: NodeId, folder: z.string() }), output: z.string().nullable() },

  ...watchCommands,
  'audit.list': { input: z.object({ before: z.number().int().optional() }), output: z.array(AuditEntry) },
} satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

/** All main may announce: facts, never requests. */
export const events = {
  nodeChanged: NodeView,
  nodeRemoved: byNode,
  testStage: z.object({ nodeId: NodeId, stage: TestStage }),
  operationChanged: Operation,
  stepChanged: z.object({ operationId: z.uuid(), status: StepStatus }),
  backupsChanged: z.array(BackupSummary),
  auditAdded: AuditEntry,
  secretUsed: SecretUse,
  settingsChanged: Settings,
  /** All open alerts and those cleared within a week, after any change. */
  alertsChanged: z.array(Alert),
  watchChanged: WatchState,
  watchConfigChanged: WatchConfig,
  /** A new point of a node, for an open chart. */
  pointAdded: z.object({ nodeId: NodeId, point: WatchPoint }),
  appChanged: AppInfo,
  /** Main asks the window to show a place, e.g. from the tray. */
  navigate: z.object({ to: z.string() }),
} satisfies Record<string, z.ZodType>

export type Command = keyof typeof commands
export type Event = keyof typeof events
/** What a handler receives (defaults filled in). */
export type Input<C extends Command> = z.output<(typeof commands)[C]['input']>
/** What a caller may send. */
export type Sent<C extends Command> = z.input<(typeof commands)[C]['input']>
export type Output<C extends Command> = z.output<(typeof commands)[C]['output']>
export type EventData<E extends Event> = z.output<(typeof events)[E]>

/** An answer. Failures are data: Electron would pass on only a thrown error's message. */
export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: z.infer<typeof PublicError> }

/** The window's only door: `window.api`. */
export interface Api {
  invoke<C extends Command>(command: C, input: Sent<C>): Promise<Reply<Output<C>>>
  /** Subscribes; the returned function unsubscribes. */
  on<E extends Event>(event: E, listener: (data: EventData<E>) => void): () => void
}
