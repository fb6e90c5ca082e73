import { z } from 'zod'
import { Argv } from './argv'
import { Cleaning } from './cleaning'
import { Component, DEFAULT_COMPONENTS } from './components'
import { ByHand, Deletion, DeletionVerb } from './deletion'
import { PublicError } from './errors'
import { NodeId } from './node'
import { LeftOut, Size } from './survey'

export { Argv }

const on = { nodeId: NodeId }

/**
 * What a step does, as data: it can be shown, stored and compared. Never a closure.
 * `service`: drive a service manager · `capture`: read a node into the repository · `place`: put content on a node ·
 * `command`: one of the node's own judges or installers · `http`: ask the gateway · `record`: write to OCM's own database ·
 * `prove`: compare what is there with what should be · `delete`: one of the eleven steps of a deletion ·
 * `quarantine`: stop now, delete later · `clean`: take orphaned files or leaked processes away · `manual`: only the person can.
 */
export const Action = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('service'),
    ...on,
    verb: z.enum(['stop', 'start', 'install', 'uninstall', 'put-back', 'tidy', 'enable-linger', 'disable-linger']),
    profile: z.string(),
    commands: z.array(Argv),
  }),
  z.object({
    type: z.literal('capture'),
    ...on,
    profile: z.string(),
    components: z.array(Component),
    reason: z.enum(['manual', 'migration', 'safety', 'deletion']),
    /** Under which name later steps find the snapshot of this step. */
    as: z.string(),
    /** Hash every file, also those that look as they did for the last backup. */
    rehash: z.boolean().optional(),
    /** Name of an earlier capture of the same node that gives way once this one is good. */
    replaces: z.string().optional(),
  }),
  z.object({
    type: z.literal('place'),
    ...on,
    verb: z.enum(['stage', 'commit', 'roll-back', 'finish', 'sweep']),
    profile: z.string(),
    /** A snapshot id, or `step:<as>` for what an earlier capture made. */
    snapshot: z.string(),
  }),
  z.object({
    type: z.literal('command'),
    ...on,
    purpose: z.enum(['install-openclaw', 'uninstall-openclaw', 'validate', 'doctor', 'import', 'plugins']),
    commands: z.array(Argv),
  }),
  z.object({
    type: z.literal('http'),
    ...on,
    profile: z.string(),
    path: z.string(),
    expectVersion: z.string().nullable(),
  }),
  z.object({ type: z.literal('prove'), ...on, profile: z.string(), snapshot: z.string() }),
  z.object({
    type: z.literal('delete'),
    ...on,
    verb: DeletionVerb,
    /** Ids of the plan's `deletion.items` that this step removes. */
    items: z.array(z.string()),
    /** What is run on the node, for the preview; what the remote program does by itself is in the step's detail. */
    commands: z.array(Argv),
  }),
  z.object({
    type: z.literal('quarantine'),
    ...on,
    /** `keep`: note until when · `enable`, `start`: bring the services of `items` back · `end`: drop the note. */
    verb: z.enum(['keep', 'enable', 'start', 'end']),
    items: z.array(z.string()),
    days: z.number().int(),
    commands: z.array(Argv),
    /** With `start`, as a way back: gateways that were live before. Each is asked until it is live again, so long in ms. */
    gateways: z.array(z.object({ profile: z.string(), limitMs: z.number().int().positive() })).optional(),
  }),
  z.object({
    type: z.literal('clean'),
    ...on,
    /** `prove`: look again, and compare with what the plan saw. `put-back`, `purge`: what `sweep` renamed under `of`. */
    verb: z.enum(['sweep', 'end-processes', 'put-back', 'purge', 'prove']),
    /** The run whose files are put back or purged; its own for the other verbs. */
    of: z.uuid().nullable(),
  }),
  z.object({ type: z.literal('record'), what: z.string() }),
  z.object({ type: z.literal('manual'), text: z.string(), link: z.url().optional() }),
])
export type Action = z.infer<typeof Action>

/** One remote change. `probe` says in words what is checked; the probe, not the exit status, says *done*. */
export const Step = z.object({
  id: z.string(),
  title: z.string(),
  detail: z.string(),
  action: Action,
  probe: z.string(),
  /** Not proved done: no later step runs, and the way back is taken. */
  isCritical: z.boolean(),
  limitMs: z.number().int().positive(),
  /** Taken in reverse order when a later critical step fails. */
  undo: Action.optional(),
})
export type Step = z.infer<typeof Step>

/** What happens to a value that holds a path, port, host or identity. */
export const RewriteClass = z.enum(['rewrite', 'keep', 'regenerate', 'ask'])
export type RewriteClass = z.infer<typeof RewriteClass>

/**
 * One value of the set-up and what becomes of it. `from`/`to` are masked (`•••`) when the value is secret.
 * `pointer` is a JSON pointer for configs, `table.column` for SQLite, a variable name for environments.
 */
export const Rewrite = z.object({
  id: z.string(),
  file: z.string(),
  pointer: z.string(),
  from: z.string(),
  to: z.string(),
  class: RewriteClass,
  why: z.string(),
  isEditable: z.boolean(),
})
export type Rewrite = z.infer<typeof Rewrite>

/** A conflict only the person can decide. An open one (`chosen: null`) blocks the run. */
export const Decision = z.object({
  id: z.string(),
  title: z.string(),
  detail: z.string(),
  options: z.array(z.object({ id: z.string(), label: z.string(), consequence: z.string() })),
  chosen: z.string().nullable(),
})
export type Decision = z.infer<typeof Decision>

/** One line of a restore's preview. `diff` is a unified diff with secrets masked, for text configs. */
export const Difference = z.object({
  path: z.string(),
  component: Component,
  change: z.enum(['added', 'changed', 'kept', 'removed']),
  bytes: z.number(),
  diff: z.string().optional(),
})
export type Difference = z.infer<typeof Difference>

/** What the admin chose for a plan. `set` overrides a rewrite's `to` by its id; `decisions` picks an option by decision id. */
export const PlanOptions = z.object({
  components: z.array(Component).default([...DEFAULT_COMPONENTS]),
  mode: z.enum(['move', 'clone']).default('move'),
  profile: z.string().default('default'),
  set: z.record(z.string(), z.string()).default({}),
  decisions: z.record(z.string(), z.string()).default({}),
  force: z.boolean().default(false),
  /** Hash every file on the nodes, also those that look as they did for the last backup. */
  rehash: z.boolean().optional(),
})
export type PlanOptions = z.infer<typeof PlanOptions>

/** A reason why a plan cannot run at all, with the way out. */
export const Blocker = z.object({ code: z.string(), text: z.string(), wayOut: z.string() })
export type Blocker = z.infer<typeof Blocker>

/** Everything a person needs to see before a change, and everything the executor needs to make it. */
export const Plan = z.object({
  id: z.uuid(),
  kind: z.enum(['backup', 'restore', 'migrate', 'return', 'delete', 'quarantine', 'release', 'clean']),
  /** One plain sentence: what will happen. */
  sentence: z.string(),
  createdAt: z.iso.datetime(),
  source: NodeId.nullable(),
  target: NodeId.nullable(),
  /** The system of the machine that is deleted or stopped, where it has no POSIX shell; absent for all others. */
  platform: z.literal('win32').optional(),
  snapshot: z.uuid().nullable(),
  /** Digest of the survey each node's part was made from; the run refuses when a new survey differs. */
  relies: z.record(NodeId, z.string()),
  options: PlanOptions,
  carried: z.array(z.object({ component: Component, size: Size, isChosen: z.boolean(), what: z.string() })),
  leftOut: z.array(LeftOut),
  rewrites: z.array(Rewrite),
  decisions: z.array(Decision),
  differences: z.array(Difference),
  blockers: z.array(Blocker),
  notes: z.array(z.string()),
  steps: z.array(Step),
  wayBack: z.string(),
  /** What goes and what stays, for the kinds that delete. */
  deletion: Deletion.optional(),
  /** What is cleaned up, for the kind that does. */
  cleaning: Cleaning.optional(),
  /** Once this step has begun nothing is taken back: what fails is left to be tried again. Without it all can be. */
  noReturnFrom: z.string().optional(),
})
export type Plan = z.infer<typeof Plan>

/** How far a step is. `unknown`: could not ask whether the change is in place. */
export const StepState = z.enum(['waiting', 'running', 'done', 'failed', 'unknown', 'skipped', 'needs-you', 'undone'])
export type StepState = z.infer<typeof StepState>

/** Progress within a running step. `total` null while not known. */
export const Progress = z.object({
  doneBytes: z.number(),
  totalBytes: z.number().nullable(),
  doneFiles: z.number().int(),
  totalFiles: z.number().int().nullable(),
  bytesPerSecond: z.number(),
  current: z.string(),
})
export type Progress = z.infer<typeof Progress>

/** The latest of one step. */
export const StepStatus = z.object({
  stepId: z.string(),
  state: StepState,
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  note: z.string(),
  error: PublicError.nullable(),
  progress: Progress.nullable(),
})
export type StepStatus = z.infer<typeof StepStatus>

/** One row of the proof: what was expected, what was found, and whether that holds. */
export const ProofRow = z.object({
  what: z.string(),
  expected: z.string(),
  found: z.string(),
  verdict: z.enum(['proven', 'differs', 'unknown']),
  /** Something beside what the run is for: it does not decide whether the run is proven, but is left to the person. */
  byHand: ByHand.optional(),
})
export type ProofRow = z.infer<typeof ProofRow>

/** What a run may bring to a node beside files. */
export const Made = z.enum(['linger', 'openclaw'])
export type Made = z.infer<typeof Made>

/**
 * States of a run. `interrupted`: OCM ended or the line was cut; it can be resumed or rolled back. `cleaning-up`: a deletion
 * that left something; what is left can be tried again, and the node stays in the list.
 */
export const OperationState = z.enum([
  'running',
  'done',
  'failed',
  'cancelled',
  'interrupted',
  'returned',
  'cleaning-up',
])
export type OperationState = z.infer<typeof OperationState>

/** One run of a plan. */
export const Operation = z.object({
  id: z.uuid(),
  plan: Plan,
  state: OperationState,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  steps: z.array(StepStatus),
  proof: z.array(ProofRow),
  error: PublicError.nullable(),
  /** Snapshots made by this run, by the capture's name. */
  snapshots: z.record(z.string(), z.uuid()),
  /** What was not there before this run and is there by it, noted before it was made: its way back takes it away again. */
  made: z.array(Made).optional(),
  canReturn: z.boolean(),
  /** Until when the files are kept that it put aside; then they are removed for good. Without it there are none. */
  keptUntil: z.iso.datetime().optional(),
})
export type Operation = z.infer<typeof Operation>
