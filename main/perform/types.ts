import type { Action, Made, Operation, Plan, Progress, StepState } from '../../shared/plan'
import type { Certificate, Quarantine } from '../../shared/deletion'
import type { PublicError } from '../../shared/errors'
import type { Repository } from '../backup/types'
import type { NodeFacts } from '../plan/facts'
import type { Remotes } from '../remote/types'
import type { Witness } from '../remote/witness'
import type { Pool } from '../ssh/types'
import type { Placement } from './placement'

/** How one action ended, said by its probe. */
export interface Outcome {
  readonly state: Extract<StepState, 'done' | 'failed' | 'unknown' | 'needs-you'>
  readonly note: string
  readonly error?: PublicError
}

/** What an action may use and tell while it runs. */
export interface ActionContext {
  readonly operationId: string
  readonly plan: Plan
  /** The run as it stands now. */
  operation(): Operation
  /** Fires on cancel and on the step's limit. */
  readonly signal: AbortSignal
  /** Fires when the person asks to end a slow stop by force. */
  readonly force: AbortSignal
  readonly limitMs: number
  progress(progress: Progress): void
  note(text: string): void
  /** Snapshots made by this run, by the capture's name. */
  readonly snapshots: ReadonlyMap<string, string>
  saveSnapshot(as: string, id: string): void
  /** What `stage` decided, kept in the journal for `commit` and `prove`. */
  placement(): Placement | null
  savePlacement(placement: Placement): void
  saveProof(rows: Operation['proof']): void
  /** JSON that a run keeps under a name beside its steps, for itself and for a resume; null when nothing was saved. */
  data(key: string): string | null
  saveData(key: string, json: string): void
  /** What this run brings to its nodes that was not there before. Noted before the act, so that a crash forgets none. */
  made(): readonly Made[]
  saveMade(what: Made): void
  /** Forgets a snapshot of this run that gave way to a later one. */
  dropSnapshot(as: string): void
}

/** What runs may change in OCM's own records. */
export interface Registrar {
  /** Takes the node off the list with its host key, its secrets and its cached facts. Absent already = done. */
  forget(nodeId: string): Promise<void>
  /** Stores the certificate of a deletion and chains its hash into the audit log. */
  certify(operation: Operation): Certificate
  quarantine(entry: Quarantine): void
  /** Drops the quarantine of a node; nothing when there is none. */
  endQuarantine(nodeId: string): void
  /** True when an earlier run of OCM switched linger on for this node. */
  enabledLinger(nodeId: string): boolean
}

/** The services that actions are made with. */
export interface Means {
  readonly pool: Pool
  readonly remotes: Remotes
  readonly witness: Witness
  readonly registrar: Registrar
  repository(): Promise<Repository>
  /** A new look at the node; nothing cached. */
  look(nodeId: string, signal?: AbortSignal): Promise<NodeFacts>
  /** Runs a command as root with the stored sudo password, which goes to its stdin. Null when none is stored. */
  sudo(
    nodeId: string,
    argv: readonly string[],
    limitMs: number,
  ): Promise<{ readonly code: number; readonly stderr: string } | null>
  /** Keeps runs off another node until the result is disposed; null when a run has that node. */
  borrow(nodeId: string, operationId: string): Disposable | null
  /** Facts about other nodes and ports that rewriting asks for. */
  surroundings(plan: Plan): Promise<{
    readonly takenPorts: ReadonlyMap<number, string>
    readonly foreignBots: ReadonlyMap<string, string>
  }>
}

/** Carries out one type of action: probe, act, probe. Safe to repeat. */
export type Performer<T extends Action['type']> = (
  action: Extract<Action, { type: T }>,
  context: ActionContext,
  means: Means,
) => Promise<Outcome>

/** A `done` outcome. */
export function done(note: string): Outcome {
  return { state: 'done', note }
}

/** Only what a run made is taken away again; a return is planned only with what the run it undoes had made. */
export function mayTakeAway(what: Made, context: Pick<ActionContext, 'made' | 'plan'>): boolean {
  return context.plan.kind === 'return' || context.made().includes(what)
}
