/**
 * Loaded before the command line (`node --import`): kills the process, without any chance to say goodbye, right after the
 * journal noted the n-th change of a step. `OCM_TEST_DIE_AT` is n.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

const NOTES_A_STEP = 'INSERT OR REPLACE INTO steps'
let left = Number(process.env['OCM_TEST_DIE_AT'])

const prepare: (this: DatabaseSync, sql: string) => StatementSync = Reflect.get(DatabaseSync.prototype, 'prepare')
DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string): StatementSync {
  const statement = prepare.call(this, sql)
  // Steps written in one transaction with their run are no change of one step.
  if (!sql.startsWith(NOTES_A_STEP) || this.isTransaction) return statement
  const run: StatementSync['run'] = statement.run.bind(statement)
  statement.run = (...values: unknown[]) => {
    const result = run(...(values as SQLInputValue[]))
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
    return result
  }
  return statement
}
