import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { SqliteEdit } from '../../../shared/protocol'
import { applyRewrites } from '../../../main/openclaw/apply'
import { planRewrites, type RewriteInput } from '../../../main/openclaw/rewrite'
import { translateJson } from '../../../remote/translate-json'
import { inputOf, SOURCE, TARGET } from './fixtures'

const STATE = 'state/openclaw.sqlite'

/** The tables the edits are about, as OpenClaw 2026.9.6 makes them (other columns left out). */
const SCHEMA = `
  CREATE TABLE cron_jobs (store_key TEXT NOT NULL, job_id TEXT NOT NULL, job_json TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (store_key, job_id));
  CREATE TABLE cron_run_receipts (store_key TEXT NOT NULL, id TEXT);
  CREATE TABLE cron_job_runtime_authorities (store_key TEXT NOT NULL, job_id TEXT NOT NULL, PRIMARY KEY (store_key, job_id),
    FOREIGN KEY (store_key, job_id) REFERENCES cron_jobs(store_key, job_id) ON DELETE CASCADE);
  CREATE TABLE acp_sessions (session_key TEXT PRIMARY KEY, cwd TEXT) STRICT;
  CREATE TABLE device_identities (identity_key TEXT PRIMARY KEY, private_key_pem TEXT);
  CREATE TABLE device_pairing_paired (device_id TEXT PRIMARY KEY, tokens_json TEXT);
  CREATE TABLE config_machine_state (state_key TEXT PRIMARY KEY, value_json TEXT);
  CREATE TABLE delivery_queue_entries (id TEXT PRIMARY KEY);
  INSERT INTO cron_jobs (store_key, job_id) VALUES ('/home/al/.openclaw/cron/jobs.json', 'j1'),
    ('/home/al/.openclaw/cron/jobs.json', 'j2');
  INSERT INTO cron_job_runtime_authorities VALUES ('/home/al/.openclaw/cron/jobs.json', 'j1');
  INSERT INTO acp_sessions VALUES ('a', '/home/al/.openclaw/workspace'), ('b', '/home/alice'), ('c', '/data/ada-work'),
    ('d', '/home/al'), ('e', NULL), ('f', '/data/ada-work-2/x');
  INSERT INTO device_identities VALUES ('primary', 'key');
  INSERT INTO device_pairing_paired VALUES ('phone', '{}');
  INSERT INTO config_machine_state VALUES ('nodeHost.config', '{"cwd":"/home/al"}'),
    ('plugins.installedIndex', '{"root":"/home/al"}');
  INSERT INTO delivery_queue_entries VALUES ('q');`

/** The protocol's meaning of each edit, in plain SQL: absent tables are skipped, prefixes end at path boundaries. */
function run(database: DatabaseSync, edits: readonly SqliteEdit[]): void {
  database.exec('BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON')
  for (const edit of edits) {
    const names = column(database, `SELECT name FROM pragma_table_info('${edit.table}')`)
    if (names.length === 0 || ('column' in edit && !names.includes(edit.column))) continue
    if (edit.op === 'delete-rows') database.exec(`DELETE FROM ${edit.table}`)
    else if (edit.op === 'delete-where')
      database.prepare(`DELETE FROM ${edit.table} WHERE ${edit.column} = ?`).run(edit.equals)
    else if (edit.op === 'translate-json') translateJson(database, edit)
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

function edited(
  changes: Partial<RewriteInput>,
  jobs: readonly { readonly id: string; readonly json: string }[] = [],
): DatabaseSync {
  const input = inputOf({ ...changes })
  const database = new DatabaseSync(':memory:')
  database.exec(SCHEMA)
  const insert = database.prepare("INSERT INTO cron_jobs VALUES ('/home/al/.openclaw/cron/jobs.json', ?, ?)")
  for (const { id, json } of jobs) insert.run(id, json)
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

  test('translate paths inside JSON, and leave what is for people', () => {
    const job = {
      name: 'tidy /home/al/old',
      schedule: { kind: 'on-exit', command: './watch.sh', cwd: '/home/al/.openclaw/workspace' },
      payload: {
        kind: 'command',
        argv: ['sh', '-lc', 'cd /home/al/bin\n./run --in "/data/ada-work/in box"'],
        cwd: '/home/al/bin',
        env: { PATH: '/home/al/bin:/usr/bin', '/home/al/key': 'x' },
      },
      delivery: { message: 'see /home/al/notes.md', note: 'first /home/al line\nsecond line' },
      other: '/home/alice/x',
    }
    using database = edited({}, [
      { id: 'j9', json: JSON.stringify(job) },
      { id: 'plain', json: 'not JSON /home/al' },
    ])
    const [json, plain] = column(database, "SELECT job_json FROM cron_jobs WHERE job_id IN ('j9', 'plain')")
    expect(plain).toBe('not JSON /home/al')
    expect(json).toBe(
      JSON.stringify({
        ...job,
        schedule: { ...job.schedule, cwd: '/srv/claw home/.openclaw/workspace' },
        payload: {
          kind: 'command',
          argv: ['sh', '-lc', 'cd /srv/claw home/bin\n./run --in "/srv/claw home/.openclaw/workspace-ada/in box"'],
          cwd: '/srv/claw home/bin',
          env: { PATH: '/srv/claw home/bin:/usr/bin', '/srv/claw home/key': 'x' },
        },
      }),
    )
  })

  test('leave the plugin index, which OpenClaw makes anew', () => {
    using database = edited({})
    const values = column(database, 'SELECT value_json FROM config_machine_state ORDER BY state_key')
    expect(values).toEqual(['{"cwd":"/srv/claw home"}', '{"root":"/home/al"}'])
  })

  test('name only plain identifiers', () => {
    const input = inputOf({ mode: 'clone' })
    for (const edit of applyRewrites(input, planRewrites(input)).sqlite.get(STATE) ?? []) {
      expect(edit.table).toMatch(/^[a-z_]+$/)
      if (edit.op !== 'delete-rows') expect(edit.column).toMatch(/^[a-z_]+$/)
    }
  })
})
