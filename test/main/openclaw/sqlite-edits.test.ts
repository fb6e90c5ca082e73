import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { SqliteEdit } from '../../../shared/protocol'
import { applyRewrites } from '../../../main/openclaw/apply'
import { planRewrites, type RewriteInput } from '../../../main/openclaw/rewrite'
import { inputOf, SOURCE, TARGET } from './fixtures'

const STATE = 'state/openclaw.sqlite'

/** The tables the edits are about, as OpenClaw 2026.9.6 makes them (other columns left out). */
const SCHEMA = `
  CREATE TABLE cron_jobs (store_key TEXT NOT NULL, job_id TEXT NOT NULL, PRIMARY KEY (store_key, job_id));
  CREATE TABLE cron_run_receipts (store_key TEXT NOT NULL, id TEXT);
  CREATE TABLE cron_job_runtime_authorities (store_key TEXT NOT NULL, job_id TEXT NOT NULL, PRIMARY KEY (store_key, job_id),
    FOREIGN KEY (store_key, job_id) REFERENCES cron_jobs(store_key, job_id) ON DELETE CASCADE);
  CREATE TABLE acp_sessions (session_key TEXT PRIMARY KEY, cwd TEXT) STRICT;
  CREATE TABLE device_identities (identity_key TEXT PRIMARY KEY, private_key_pem TEXT);
  CREATE TABLE device_pairing_paired (device_id TEXT PRIMARY KEY, tokens_json TEXT);
  CREATE TABLE config_machine_state (state_key TEXT PRIMARY KEY, value_json TEXT);
  CREATE TABLE delivery_queue_entries (id TEXT PRIMARY KEY);
  INSERT INTO cron_jobs VALUES ('/home/al/.openclaw/cron/jobs.json', 'j1'), ('/home/al/.openclaw/cron/jobs.json', 'j2');
  INSERT INTO cron_job_runtime_authorities VALUES ('/home/al/.openclaw/cron/jobs.json', 'j1');
  INSERT INTO acp_sessions VALUES ('a', '/home/al/.openclaw/workspace'), ('b', '/home/alice'), ('c', '/data/ada-work'),
    ('d', '/home/al'), ('e', NULL), ('f', '/data/ada-work-2/x');
  INSERT INTO device_identities VALUES ('primary', 'key');
  INSERT INTO device_pairing_paired VALUES ('phone', '{}');
  INSERT INTO config_machine_state VALUES ('nodeHost.config', '{}'), ('plugins.installedIndex', '{}');
  INSERT INTO delivery_queue_entries VALUES ('q');`

/** The protocol's meaning of each edit, in plain SQL: absent tables are skipped, prefixes end at path boundaries. */
function run(database: DatabaseSync, edits: readonly SqliteEdit[]): void {
  database.exec('BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON')
  for (const edit of edits) {
    if (database.prepare('SELECT 1 FROM pragma_table_info(?)').all(edit.table).length === 0) continue
    if (edit.op === 'delete-rows') database.exec(`DELETE FROM ${edit.table}`)
    else if (edit.op === 'delete-where')
      database.prepare(`DELETE FROM ${edit.table} WHERE ${edit.column} = ?`).run(edit.equals)
    else {
      database
        .prepare(
          `UPDATE ${edit.table} SET ${edit.column} = :to || substr(${edit.column}, length(:from) + 1)
           WHERE ${edit.column} = :from OR substr(${edit.column}, 1, length(:from) + 1) = :from || '/'`,
        )
        .run({ from: edit.from, to: edit.to })
    }
  }
  database.exec('COMMIT')
}

function edited(changes: Partial<RewriteInput>): DatabaseSync {
  const input = inputOf({ ...changes })
  const database = new DatabaseSync(':memory:')
  database.exec(SCHEMA)
  run(database, applyRewrites(input, planRewrites(input)).sqlite.get(STATE) ?? [])
  return database
}

const column = (database: DatabaseSync, sql: string): unknown[] =>
  database
    .prepare(sql)
    .all()
    .flatMap(row => Object.values(row))

describe('edits of the state database', () => {
  test('re-key every cron job, with the rows that refer to it', () => {
    using database = edited({})
    const key = '/srv/claw home/.openclaw/cron/jobs.json'
    expect(column(database, 'SELECT store_key FROM cron_jobs')).toEqual([key, key])
    expect(column(database, 'SELECT store_key FROM cron_job_runtime_authorities')).toEqual([key])
    expect(column(database, 'PRAGMA foreign_key_check')).toEqual([])
  })

  test('move folders at path boundaries, workspaces to where they were decided to go', () => {
    using database = edited({})
    expect(column(database, 'SELECT cwd FROM acp_sessions ORDER BY session_key')).toEqual([
      '/srv/claw home/.openclaw/workspace',
      '/home/alice',
      '/srv/claw home/.openclaw/workspace-ada',
      '/srv/claw home',
      null,
      '/data/ada-work-2/x',
    ])
  })

  test('move nothing twice when the new home lies below the old one', () => {
    const target = { ...TARGET, home: '/home/al/claw', stateDir: '/home/al/claw/.openclaw' }
    using database = edited({ target })
    expect(column(database, "SELECT cwd FROM acp_sessions WHERE session_key IN ('a', 'd') ORDER BY 1")).toEqual([
      '/home/al/claw',
      '/home/al/claw/.openclaw/workspace',
    ])
  })

  test('keep identity and pairing in a move', () => {
    using database = edited({})
    expect(column(database, 'SELECT identity_key FROM device_identities')).toEqual(['primary'])
    expect(column(database, 'SELECT count(*) FROM config_machine_state')).toEqual([2])
  })

  test('take identity, pairing and waiting messages out of a clone', () => {
    using database = edited({ mode: 'clone' })
    for (const table of ['device_identities', 'device_pairing_paired', 'delivery_queue_entries']) {
      expect(column(database, `SELECT count(*) FROM ${table}`)).toEqual([0])
    }
    expect(column(database, 'SELECT state_key FROM config_machine_state')).toEqual(['plugins.installedIndex'])
  })

  test('are none at all between equal places', () => {
    const input = inputOf({ target: { ...SOURCE, hostname: 'b' }, decisions: { 'workspace:ada': 'keep' } })
    const plan = planRewrites(input)
    expect(applyRewrites(input, plan).sqlite.size).toBe(0)
    expect(plan.rewrites.find(({ id }) => id === `${STATE}#cron_jobs.store_key`)?.class).toBe('keep')
  })

  test('name only plain identifiers', () => {
    const input = inputOf({ mode: 'clone' })
    for (const edit of applyRewrites(input, planRewrites(input)).sqlite.get(STATE) ?? []) {
      expect(edit.table).toMatch(/^[a-z_]+$/)
      if (edit.op !== 'delete-rows') expect(edit.column).toMatch(/^[a-z_]+$/)
    }
  })
})
