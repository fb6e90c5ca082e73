import type { NodeView } from '../../shared/contract'
import type { Operation, OperationState, Plan, StepStatus } from '../../shared/plan'
import type { CleanKind } from '../../shared/watch'
import type { Choices, PlanRequest } from '../store/window'
import { cleaningWords, isProvenGone } from './deletion'

type Nodes = Readonly<Record<string, NodeView>>

/** A node's label, with a word for one that is gone. */
export function labelOf(nodes: Nodes, id: string | null): string {
  if (id === null) return '—'
  return nodes[id]?.record.label ?? 'a removed node'
}

/** The run in three or four words. */
export function shortTitle(plan: Plan, nodes: Nodes): string {
  switch (plan.kind) {
    case 'backup':
      return `Back up ${labelOf(nodes, plan.source)}`
    case 'restore':
      return `Restore ${labelOf(nodes, plan.target)}`
    case 'migrate':
      return `${labelOf(nodes, plan.source)} → ${labelOf(nodes, plan.target)}`
    case 'return':
      return `Return ${labelOf(nodes, plan.target ?? plan.source)}`
    case 'delete':
      return `Delete ${plan.deletion?.confirm ?? labelOf(nodes, plan.target)}`
    case 'quarantine':
      return `Quarantine ${labelOf(nodes, plan.target)}`
    case 'release':
      return `Bring back ${labelOf(nodes, plan.target)}`
    case 'clean':
      return `${CLEAN_VERBS[plan.cleaning?.what ?? 'orphans']} ${labelOf(nodes, plan.target ?? plan.source)}`
  }
}

const CLEAN_VERBS: Readonly<Record<CleanKind, string>> = {
  orphans: 'Clean up orphans on',
  processes: 'End leaked processes on',
}

/** Whether a plan concerns the demo fleet, which is marked as such wherever it is shown. */
export function isDemoPlan({ source, target }: Plan, nodes: Nodes): boolean {
  return [source, target].some(id => id !== null && nodes[id]?.record.isDemo === true)
}

/** How far a run is, 0 to 1: whole steps, and the running one by its bytes. */
export function progressOf(operation: Operation): number {
  const { steps } = operation.plan
  if (steps.length === 0) return 0
  const passed = operation.steps.reduce((sum, status) => sum + shareOf(status), 0)
  return Math.min(1, passed / steps.length)
}

function shareOf({ state, progress }: StepStatus): number {
  if (state === 'waiting') return 0
  if (state !== 'running') return 1
  if (progress === null || progress.totalBytes === null || progress.totalBytes === 0) return 0.1
  return Math.min(1, progress.doneBytes / progress.totalBytes)
}

/** Words of a run's state. "Migrated" and the like appear only once proven. */
export function outcomeWords(operation: Operation): string {
  const words: Readonly<Record<OperationState, string>> = {
    running: 'Running',
    done: DONE_WORDS[operation.plan.kind],
    failed: 'Failed',
    cancelled: 'Cancelled',
    interrupted: 'Interrupted',
    returned: 'Returned to how it was',
    'cleaning-up': cleaningWords(operation),
  }
  if (operation.plan.kind === 'delete' && operation.state === 'done')
    return isProvenGone(operation) ? goneWords(operation) : 'Finished, not proven'
  const isProven = operation.proof.every(row => row.verdict === 'proven')
  return operation.state === 'done' && !isProven ? 'Finished, not fully proven' : words[operation.state]
}

function goneWords({ plan }: Operation): string {
  return plan.deletion?.isWhole === false ? 'Gone as planned, the rest stays' : DONE_WORDS.delete
}

const DONE_WORDS: Readonly<Record<Plan['kind'], string>> = {
  backup: 'Backed up and verified',
  restore: 'Restored and proven',
  migrate: 'Migrated and proven',
  return: 'Returned and proven',
  delete: 'Deleted, nothing remains',
  quarantine: 'Stopped, deletion is due later',
  release: 'Brought back',
  clean: 'Cleaned up and proven',
}

/** What was chosen for a plan, to choose it again. */
export function choicesOf({ options, cleaning }: Plan): Choices {
  return cleaning === undefined ? options : { cleaning: cleaning.options }
}

/** What to ask for to get such a plan again; null where that takes more than the plan itself. */
export function requestOf({ kind, source, target, snapshot, cleaning }: Plan): PlanRequest | null {
  if (kind === 'backup' && source !== null) return { kind, nodeId: source }
  if (kind === 'migrate' && source !== null && target !== null) return { kind, source, target }
  if (kind === 'restore' && snapshot !== null && target !== null) return { kind, backupId: snapshot, nodeId: target }
  const nodeId = target ?? source
  if (kind === 'clean' && cleaning !== undefined && nodeId !== null) return { kind, nodeId, what: cleaning.what }
  return null
}
