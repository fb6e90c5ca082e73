import type { Operation, ProofRow, StepStatus } from '../../shared/plan'
import type { Emit } from '../api'
import { Placement } from '../perform/placement'
import type { ActionContext } from '../perform/types'
import type { Journal } from '../store/journal'

/** A run under way, as far as its actions change it. */
export interface RunState {
  operation: Operation
  readonly force: AbortController
}

/**
 * What one step's action may use and tell. Progress and notes are only announced: they come many times a second, and
 * nothing is lost with them. Snapshots, placement and proof go to the journal.
 */
export function contextOf(
  live: RunState,
  step: { readonly id: string; readonly limitMs: number },
  { signal, journal, emit }: { readonly signal: AbortSignal; readonly journal: Journal; readonly emit: Emit },
): ActionContext {
  const tell = (change: Partial<StepStatus>): void => {
    const status = live.operation.steps.find(one => one.stepId === step.id)
    if (status?.state !== 'running') return
    const changed = { ...status, ...change }
    live.operation = {
      ...live.operation,
      steps: live.operation.steps.map(old => (old.stepId === step.id ? changed : old)),
    }
    emit('stepChanged', { operationId: live.operation.id, status: changed })
  }
  const operationId = live.operation.id
  return {
    operationId,
    plan: live.operation.plan,
    operation: () => live.operation,
    signal,
    force: live.force.signal,
    limitMs: step.limitMs,
    progress: progress => tell({ progress }),
    note: note => tell({ note }),
    snapshots: new Map(Object.entries(live.operation.snapshots)),
    saveSnapshot: (as, id) => {
      live.operation = { ...live.operation, snapshots: { ...live.operation.snapshots, [as]: id } }
      journal.save(live.operation)
    },
    placement: () => {
      const json = journal.data(operationId, 'placement')
      return json === null ? null : Placement.parse(JSON.parse(json))
    },
    savePlacement: placement => journal.saveData(operationId, 'placement', JSON.stringify(placement)),
    saveProof: rows => {
      live.operation = { ...live.operation, proof: mergeProof(live.operation.proof, rows) }
      journal.save(live.operation)
    },
    data: key => journal.data(operationId, key),
    saveData: (key, json) => journal.saveData(operationId, key, json),
    made: () => live.operation.made ?? [],
    saveMade: what => {
      live.operation = { ...live.operation, made: [...new Set([...(live.operation.made ?? []), what])] }
      journal.save(live.operation)
    },
    dropSnapshot: as => {
      const { [as]: _dropped, ...snapshots } = live.operation.snapshots
      live.operation = { ...live.operation, snapshots }
      journal.save(live.operation)
    },
  }
}

function mergeProof(before: readonly ProofRow[], rows: readonly ProofRow[]): ProofRow[] {
  const names = new Set(rows.map(row => row.what))
  return [...before.filter(row => !names.has(row.what)), ...rows]
}
