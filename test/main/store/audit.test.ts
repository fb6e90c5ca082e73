import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createAudit } from '../../../main/store/audit'
import { openDatabase } from '../../../main/store/database'
import type { AuditEntry } from '../../../shared/contract'
import { tempFolder, type TempFolder } from '../../helpers/temp'

const nodeId = randomUUID()
const entry = (text: string) => ({ what: 'node.added', nodeId, nodeLabel: 'atlas', text })

/** A folder with three entries, changed by someone with an SQLite tool, and what OCM finds then. */
function verdictAfter(change: (database: DatabaseSync) => void): ReturnType<ReturnType<typeof createAudit>['verify']> {
  using folder: TempFolder = tempFolder()
  const store = openDatabase(folder.path)
  const audit = createAudit(store)
  for (const text of ['one', 'two', 'three']) audit.append(entry(text))
  expect(audit.verify()).toBeNull()
  store[Symbol.dispose]()
  const database = new DatabaseSync(folder.join('ocm.sqlite'))
  database.exec('DROP TRIGGER audit_is_never_edited; DROP TRIGGER audit_is_never_deleted')
  change(database)
  database.close()
  using again = openDatabase(folder.path)
  return createAudit(again).verify()
}

test('entries are listed newest first, fifty at a time, and announced', () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const heard: AuditEntry[] = []
  const audit = createAudit(store, added => heard.push(added))
  for (let index = 1; index <= 120; index++) audit.append(entry(`entry ${index}`))
  expect(heard).toHaveLength(120)
  const page = audit.list()
  expect(page.map(row => row.seq)).toEqual(Array.from({ length: 50 }, (_, index) => 120 - index))
  expect(audit.list({ before: 71 })[0]?.seq).toBe(70)
  expect(audit.list({ before: 1 })).toEqual([])
  expect(audit.verify()).toBeNull()
})

test('the database itself refuses to change or delete an entry', () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  createAudit(store).append(entry('one'))
  expect(() => store.run("UPDATE audit SET text = 'nothing happened'")).toThrow('append-only')
  expect(() => store.run('DELETE FROM audit')).toThrow('append-only')
})

test('an edited entry breaks the chain', () => {
  expect(verdictAfter(database => database.exec("UPDATE audit SET text = 'other' WHERE seq = 2"))).toEqual({ seq: 2 })
})

test('a removed entry breaks the chain', () => {
  expect(verdictAfter(database => database.exec('DELETE FROM audit WHERE seq = 2'))).toEqual({ seq: 3 })
})

test('a cut-off end is noticed', () => {
  expect(verdictAfter(database => database.exec('DELETE FROM audit WHERE seq = 3'))).toEqual({ seq: 3 })
})

test('an untouched chain holds', () => {
  expect(verdictAfter(() => undefined)).toBeNull()
})
