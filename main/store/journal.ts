import { z } from 'zod'
import { AppError } from '../../shared/errors'
import { Operation, StepStatus } from '../../shared/plan'
import { jsonOf, type Store } from './database'

/** What survives a crash of a run: every change of state is on disk before the act it announces. */
export interface Journal {
  /** @throws AppError `bad-input` when the operation is known already. */
  begin(operation: Operation): void
  /** The latest of one step. */
  saveStep(operationId: string, status: StepStatus): void
  /** The operation as a whole: its state, proof, snapshots, and all its steps. */
  save(operation: Operation): void
  /** What a run must remember beside its steps, by name: JSON. */
  saveData(operationId: string, key: string, json: string): void
  /** Null when nothing was saved under that name. */
  data(operationId: string, key: string): string | null
  /** All operations, newest first. One that this OCM cannot read is left out. */
  list(): Operation[]
  /** @throws AppError `not-found`, `database-damaged`. */
  get(id: string): Operation
}

const OperationRow = z.object({ id: z.string(), json: jsonOf(z.unknown()) })
const DataRow = z.object({ json: z.string() })
const StepRow = z.object({ operation_id: z.string(), json: jsonOf(z.unknown()) })

/** The journal in OCM's database. */
export function createJournal(store: Store): Journal {
  const saveStep: Journal['saveStep'] = (operationId, status) => {
    store.run(
      'INSERT OR REPLACE INTO steps (operation_id, step_id, json) VALUES (?, ?, ?)',
      operationId,
      status.stepId,
      JSON.stringify(StepStatus.parse(status)),
    )
  }

  const write = (operation: Operation, sql: string): number =>
    store.transaction(() => {
      const { steps, ...rest } = Operation.parse(operation)
      const changes = store.run(sql, rest.state, JSON.stringify(rest), rest.startedAt, rest.id)
      for (const status of changes > 0 ? steps : []) saveStep(rest.id, status)
      return changes
    })

  return {
    begin: operation => {
      const added = write(
        operation,
        'INSERT INTO operations (state, json, started_at, id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      if (added === 0) throw new AppError('bad-input', 'This run was begun before.', { hint: 'Make a new plan.' })
    },
    saveStep,
    save: operation => {
      const changed = write(operation, 'UPDATE operations SET state = ?, json = ?, started_at = ? WHERE id = ?')
      if (changed === 0) throw unknownRun()
    },
    saveData: (operationId, key, json) => {
      store.run(
        'INSERT OR REPLACE INTO operation_data (operation_id, key, json) VALUES (?, ?, ?)',
        operationId,
        key,
        json,
      )
    },
    data: (operationId, key) =>
      store.all(DataRow, 'SELECT json FROM operation_data WHERE operation_id = ? AND key = ?', operationId, key)[0]
        ?.json ?? null,
    list: () => {
      const rows = store.all(OperationRow, 'SELECT id, json FROM operations ORDER BY started_at DESC, rowid DESC')
      const steps = Map.groupBy(
        store.all(StepRow, 'SELECT operation_id, json FROM steps ORDER BY rowid'),
        row => row.operation_id,
      )
      return rows.flatMap(row => {
        const parsed = assemble(row.json, steps.get(row.id) ?? [])
        return parsed.success ? [parsed.data] : []
      })
    },
    get: id => {
      const [row] = store.all(OperationRow, 'SELECT id, json FROM operations WHERE id = ?', id)
      if (!row) throw unknownRun()
      const steps = store.all(StepRow, 'SELECT operation_id, json FROM steps WHERE operation_id = ? ORDER BY rowid', id)
      const parsed = assemble(row.json, steps)
      if (parsed.success) return parsed.data
      throw new AppError('database-damaged', 'This run was stored by another version of OCM and cannot be read.', {
        hint: 'Open it with the version that made it.',
        cause: parsed.error,
      })
    },
  }
}

const PlanSteps = z.object({ plan: z.object({ steps: z.array(z.object({ id: z.string() })) }) })

/** Steps come back in the order of the plan, whatever order they were stored in. */
function assemble(json: unknown, rows: readonly z.output<typeof StepRow>[]): z.ZodSafeParseResult<Operation> {
  const statuses = rows.map(row => row.json)
  const order = PlanSteps.safeParse(json).data?.plan.steps.map(step => step.id) ?? []
  const place = (status: unknown): number =>
    order.indexOf(z.object({ stepId: z.string() }).safeParse(status).data?.stepId ?? '')
  statuses.sort((a, b) => place(a) - place(b))
  return Operation.safeParse({ ...z.record(z.string(), z.unknown()).catch({}).parse(json), steps: statuses })
}

function unknownRun(): AppError {
  return new AppError('not-found', 'This run is not in the journal.', { hint: 'Refresh the list.' })
}
