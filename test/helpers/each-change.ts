import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

const NOTES_A_STEP = 'INSERT OR REPLACE INTO steps'

/** Calls `noted` right after the journal noted a change of a step, before anything else happens in this process. */
export function onEachChange(noted: (stepId: string, state: string) => void): void {
  const prepare: (this: DatabaseSync, sql: string) => StatementSync = Reflect.get(DatabaseSync.prototype, 'prepare')
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string): StatementSync {
    const statement = prepare.call(this, sql)
    // Steps written in one transaction with their run are no change of one step.
    if (!sql.startsWith(NOTES_A_STEP) || this.isTransaction) return statement
    const run: StatementSync['run'] = statement.run.bind(statement)
    statement.run = (...values: unknown[]) => {
      const result = run(...(values as SQLInputValue[]))
      const [, stepId, json] = values as readonly string[]
      noted(stepId ?? '', (JSON.parse(json ?? '{}') as { readonly state?: string }).state ?? '')
      return result
    }
    return statement
  }
}
