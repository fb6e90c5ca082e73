import type { Removal } from '../../shared/contract'
import type { Quarantine } from '../../shared/deletion'
import { AppError } from '../../shared/errors'
import type { Operation, Plan } from '../../shared/plan'
import { momentText } from '../../shared/units'
import { isPastReturn } from '../../shared/way-back'

/** How a node stands with its deletion, when none runs. */
export interface Standing {
  /** One that left something or was interrupted. */
  readonly deletion: Operation | null
  readonly quarantine: Quarantine | null
}

/** What a quarantined node may be part of: its deletion, or its way back. */
const LEADS_OUT: ReadonlySet<Plan['kind']> = new Set(['delete', 'release'])

/** @throws AppError `busy` when a node on its way out cannot be part of such a plan. */
export function refuseRemoval(kind: Plan['kind'], { deletion, quarantine }: Standing): void {
  if (deletion !== null) throw refusedFor(deletion)
  if (quarantine === null || LEADS_OUT.has(kind)) return
  throw new AppError('busy', `This node is in quarantine and is deleted on ${momentText(quarantine.until)}.`, {
    hint: 'Bring it back first.',
  })
}

function refusedFor(deletion: Operation): AppError {
  const name = deletion.plan.deletion?.confirm ?? 'This node'
  const step = openStep(deletion)
  const at = step === null ? '' : `, step ${step} of ${deletion.plan.steps.length}`
  return isPastReturn(deletion)
    ? new AppError('busy', `${name} is being deleted: cleaning up${at}.`, { hint: 'Retry what is left.' })
    : new AppError('busy', `A deletion of ${name} was interrupted${at}.`, { hint: 'Resume it, or roll it back.' })
}

/** The step that runs, or the first that is not done; counted from 1. Null when all are. */
function openStep({ plan, steps }: Operation): number | null {
  const stateOf = (id: string): string | undefined => steps.find(({ stepId }) => stepId === id)?.state
  const running = plan.steps.findIndex(step => stateOf(step.id) === 'running')
  if (running >= 0) return running + 1
  const open = plan.steps.findIndex(step => !PASSED.has(stateOf(step.id) ?? 'waiting'))
  return open < 0 ? null : open + 1
}

const PASSED: ReadonlySet<string> = new Set(['done', 'needs-you', 'skipped'])

/**
 * How far a node is on its way out, for the board. `running` is the run that holds it, if any; `kept` says why a node whose
 * quarantine is over was not deleted.
 */
export function removalOf(
  running: Operation | null,
  { deletion, quarantine }: Standing,
  kept: string | null,
): Removal | null {
  const kind = running?.plan.kind
  if (running !== null && (kind === 'delete' || kind === 'quarantine')) return view(running, 'running')
  if (deletion !== null) return view(deletion, 'cleaning-up')
  if (quarantine === null) return null
  const { operationId, until } = quarantine
  return { operationId, state: 'quarantined', step: null, of: 0, until, remains: kept === null ? [] : [kept] }
}

function view(operation: Operation, state: 'running' | 'cleaning-up'): Removal {
  const { id, plan, proof } = operation
  return {
    operationId: id,
    state,
    step: openStep(operation),
    of: plan.steps.length,
    until: null,
    remains: proof.filter(row => row.verdict !== 'proven' && row.byHand === undefined).map(row => row.what),
  }
}
