import { z } from 'zod'
import { NodeId } from './node'
import { Argv } from './argv'
import { Size } from './survey'

/**
 * What OpenClaw leaves on a machine.
 * `process`: one that runs · `port`: one that is listened on · `unit`: a service definition, a drop-in, a copy of one, or the
 * link that enables it · `state`: a state directory · `workspace`: an agent's folder outside the state directory ·
 * `leftover`: caches, logs, temporary files, older generations · `package`: the installed program with its commands ·
 * `shell-lines`: lines in a shell's start-up file · `cron-lines`: lines of the person's crontab, and with a path those of the
 * system's schedule (`/etc/cron*`, `periodic`, anacron) and of systemd's timers · `linger`: services that run without a login.
 */
export const TraceKind = z.enum([
  'process',
  'port',
  'unit',
  'state',
  'workspace',
  'leftover',
  'package',
  'shell-lines',
  'cron-lines',
  'linger',
])
export type TraceKind = z.infer<typeof TraceKind>

/** What a process of OpenClaw does. */
export const ProcessRole = z.enum(['gateway', 'node-host', 'node-run', 'hooks', 'other'])
export type ProcessRole = z.infer<typeof ProcessRole>

/** One line that was found in a text file. `text` is for people, with what may be secret masked; `sha256` is of the line itself. */
export const TraceLine = z.object({ text: z.string(), sha256: z.string() })

/** One thing found on the node, as the remote program saw it. Nothing of it is believed beyond this. */
export const Trace = z.object({
  /** The same thing has the same id in every look: kind and path, unit, port or pid with start time. */
  id: z.string(),
  kind: TraceKind,
  /** What a person reads: a path, a unit's name, `openclaw-gateway (pid 4711)`. */
  name: z.string(),
  /** Absolute, for what lies on disk. */
  path: z.string().nullable(),
  /** Whose it is: `user` of the login, or `system` (root's, or another account's). */
  scope: z.enum(['user', 'system']),
  /** The OpenClaw profile it belongs to; null for what all profiles share. */
  profile: z.string().nullable(),
  size: Size.nullable(),
  /** Why OCM's guards would refuse to remove it; null when they would not. */
  refusal: z.string().nullable(),
  /** Only root may change it. */
  needsRoot: z.boolean(),
  process: z
    .object({
      pid: z.number().int(),
      startedAtTicks: z.number(),
      role: ProcessRole,
      /** Name of the systemd unit it runs in, without `.service`; null outside of any. */
      unit: z.string().nullable(),
    })
    .nullable(),
  port: z.number().int().nullable(),
  /** For `package`: how the one that installed it takes it away again; null when that is not there any more. */
  uninstall: Argv.nullable(),
  /**
   * For `package`: the program and every command that leads to it. For a timer: it, what says what it starts, and the drop-ins
   * of both; where it does other things as well, just the timer and what names OpenClaw. For others empty.
   */
  paths: z.array(z.string()),
  lines: z.array(TraceLine),
  /** A person wrote it: it names OpenClaw, and is none of what OpenClaw left. */
  isOwn: z.boolean().optional(),
  /** For a `unit` of Windows: the scheduled task as the task scheduler names it, such as `\\OpenClaw Gateway`. */
  task: z.string().optional(),
  /** For `cron-lines` with a path: there is nothing else in the file, or in the service that the timer starts. */
  isWholeFile: z.boolean().optional(),
})
export type Trace = z.infer<typeof Trace>

/** How a note begins of a Windows machine whose scheduled tasks could not be listed. */
export const TASKS_UNTOLD = 'Scheduled tasks could not be told'

/** How a note begins of what starts OpenClaw on Windows and is neither a task nor an entry of the folder Startup. */
export const STARTS_IT_TOO = 'It starts OpenClaw and stays'

/** All that was found, and what could not be looked at. */
export const Traces = z.object({
  traces: z.array(Trace),
  notSeen: z.array(z.object({ what: z.string(), why: z.string() })),
})
export type Traces = z.infer<typeof Traces>

/**
 * What becomes of a trace. `goes`: OCM removes it · `stays`: it is left alone, and why · `refused`: OCM will not touch it, and
 * why · `by-hand`: only the person can.
 */
export const Verdict = z.enum(['goes', 'stays', 'refused', 'by-hand'])
export type Verdict = z.infer<typeof Verdict>

/** The eleven steps, in their order. */
export const DeletionVerb = z.enum([
  'stop',
  'disable',
  'back-up',
  'release-bots',
  'clear-sessions',
  'uninstall',
  'remove-state',
  'remove-units',
  'verify',
  'update-registry',
  'record',
])
export type DeletionVerb = z.infer<typeof DeletionVerb>

/** One trace with what becomes of it. `verb` names the step that removes it; null when none does. */
export const DeletionItem = Trace.extend({ verdict: Verdict, why: z.string(), verb: DeletionVerb.nullable() })
export type DeletionItem = z.infer<typeof DeletionItem>

/** A Telegram bot of the node. `sharedWith` names another managed node that uses it too: then it is not touched. */
export const DeletionBot = z.object({
  botId: z.string(),
  account: z.string(),
  profile: z.string(),
  sharedWith: z.string().nullable(),
})
export type DeletionBot = z.infer<typeof DeletionBot>

/** A record of this node on another managed node, such as a pairing. */
export const DeletionPeer = z.object({
  nodeId: NodeId,
  label: z.string(),
  profile: z.string(),
  deviceId: z.string(),
  what: z.string(),
})
export type DeletionPeer = z.infer<typeof DeletionPeer>

/** What only the person can do, with the exact command and where. */
export const ByHand = z.object({ text: z.string(), command: z.string().nullable(), link: z.url().nullable() })
export type ByHand = z.infer<typeof ByHand>

/** What the admin chose for a deletion. */
export const DeletionOptions = z.object({
  /** Profiles to delete; null for all that are there. */
  profiles: z.array(z.string()).nullable().default(null),
  /** Folders of workspaces outside the state directory that go too. */
  workspaces: z.array(z.string()).default([]),
  /** Also leave a copy of the configuration under `/tmp/openclaw-backup-<timestamp>/` on the node. */
  keepCopyOnNode: z.boolean().default(false),
  /** Delete without a backup. Only after the admin saw why; it stands in the audit log. */
  waiveBackup: z.boolean().default(false),
  /** Device ids of pairings on other nodes that go too. */
  peers: z.array(z.string()).default([]),
})
export type DeletionOptions = z.infer<typeof DeletionOptions>

/** The part of a plan that only deletions have. */
export const Deletion = z.object({
  options: DeletionOptions,
  /** The node's name, which the admin must type to run this. */
  confirm: z.string(),
  /** Profiles that go. */
  profiles: z.array(z.string()),
  /** Everything of OpenClaw goes, so OCM's record of the node goes too. */
  isWhole: z.boolean(),
  items: z.array(DeletionItem),
  notSeen: Traces.shape.notSeen,
  /** What the profiles that go hold and run, in words: services and their state, agents, sessions, channels, cron jobs. */
  holds: z.array(z.object({ profile: z.string(), what: z.string(), found: z.string() })).optional(),
  bots: z.array(DeletionBot),
  peers: z.array(DeletionPeer),
  byHand: z.array(ByHand),
  lastBackup: z.object({ id: z.uuid(), at: z.iso.datetime() }).nullable(),
  /** SHA-256 over what the plan relies on: ids and verdicts of the items, but for processes and ports. */
  digest: z.string(),
})
export type Deletion = z.infer<typeof Deletion>

/** A node that was stopped and waits for its deletion. */
export const Quarantine = z.object({
  nodeId: NodeId,
  operationId: z.uuid(),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  options: DeletionOptions,
})
export type Quarantine = z.infer<typeof Quarantine>

/** The stored proof of a deletion. `before` is what was found, `after` what the witness saw of each. */
export const Certificate = z.object({
  format: z.literal('ocm-deletion/1'),
  operationId: z.uuid(),
  node: z.object({ id: NodeId, label: z.string(), host: z.string(), user: z.string(), hostKey: z.string().nullable() }),
  /** The account on the admin's machine that ran it. */
  by: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  isProven: z.boolean(),
  /** Everything of OpenClaw was to go. False: something stays by choice, or is left to the person. */
  isWhole: z.boolean().optional(),
  rows: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      before: z.string(),
      after: z.string(),
      verdict: z.enum(['gone', 'remains', 'unknown', 'left-alone', 'needs-you']),
    }),
  ),
  steps: z.array(
    z.object({
      title: z.string(),
      state: z.string(),
      note: z.string(),
      error: z.string().nullable(),
      tookMs: z.number(),
    }),
  ),
  backups: z.array(z.object({ id: z.uuid(), sha256: z.string() })),
  isBackupWaived: z.boolean(),
  byHand: z.array(ByHand),
  /** Hash of the audit entry that holds the SHA-256 of this certificate; null until it is written. */
  auditHash: z.string().nullable(),
})
export type Certificate = z.infer<typeof Certificate>
