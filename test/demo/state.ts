import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, open, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A node's home while it is furnished. */
export interface Furnishing {
  readonly home: string
  readonly stateDir: string
  readonly gatewayPort: number
}

/** Writes a file below the state directory; folders 0700, files 0600. */
export async function put(stateDir: string, path: string, content: string | Buffer): Promise<void> {
  const target = join(stateDir, path)
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await writeFile(target, content, { mode: 0o600 })
}

const line = (role: string, text: string) =>
  `${JSON.stringify({ type: 'message', role, content: text, timestamp: 1_789_000_000_000 })}\n`

/** A transcript of about this many bytes. */
export function transcript(bytes: number): string {
  const talk =
    line('user', 'What is on my calendar today?') +
    line('assistant', 'Two meetings: planning at ten, and Anna at three.')
  return talk.repeat(Math.max(1, Math.round(bytes / talk.length)))
}

/** Jobs of the demo nodes. */
export const CRON_JOBS = [
  { id: '0f3a6c1e-0000-4000-8000-000000000001', name: 'Morning briefing', agentId: 'main', schedule: '0 7 * * *' },
  { id: '0f3a6c1e-0000-4000-8000-000000000002', name: 'Inbox triage', agentId: 'mail', schedule: '*/30 * * * *' },
  { id: '0f3a6c1e-0000-4000-8000-000000000003', name: 'Weekly review', agentId: 'main', schedule: '0 18 * * 5' },
]

/** The shared database of the SQLite era, with the columns that the real one has and OCM touches. */
export async function writeSharedDatabase(stateDir: string, jobs: typeof CRON_JOBS): Promise<void> {
  await mkdir(join(stateDir, 'state'), { recursive: true, mode: 0o700 })
  using db = new DatabaseSync(join(stateDir, 'state/openclaw.sqlite'))
  db.exec(`PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA user_version = 18;
    CREATE TABLE cron_jobs (store_key TEXT NOT NULL, job_id TEXT NOT NULL, name TEXT, enabled INTEGER, agent_id TEXT,
      payload_kind TEXT, job_json TEXT, state_json TEXT, PRIMARY KEY (store_key, job_id));
    CREATE TABLE cron_run_receipts (store_key TEXT NOT NULL, receipt_id TEXT NOT NULL, job_id TEXT, PRIMARY KEY (store_key, receipt_id));
    CREATE TABLE cron_job_scratch (store_key TEXT NOT NULL, job_id TEXT NOT NULL, scratch TEXT, PRIMARY KEY (store_key, job_id));
    CREATE TABLE device_identities (identity_key TEXT PRIMARY KEY, private_key_pem TEXT);
    CREATE TABLE device_pairing_paired (device_id TEXT PRIMARY KEY, tokens_json TEXT);
    CREATE TABLE device_auth_tokens (device_id TEXT PRIMARY KEY, token TEXT);
    CREATE TABLE auth_profile_store (store_key TEXT PRIMARY KEY, store_json TEXT);
    CREATE TABLE delivery_queue_entries (id TEXT PRIMARY KEY);
    CREATE TABLE diagnostic_events (at INTEGER, text TEXT)`)
  const key = join(stateDir, 'cron/jobs.json')
  const addJob = db.prepare("INSERT INTO cron_jobs VALUES (?, ?, ?, 1, ?, 'agentTurn', ?, '{}')")
  const addReceipt = db.prepare('INSERT INTO cron_run_receipts VALUES (?, ?, ?)')
  for (const job of jobs) {
    addJob.run(key, job.id, job.name, job.agentId, JSON.stringify(job))
    addReceipt.run(key, randomUUID(), job.id)
  }
  db.prepare('INSERT INTO device_identities VALUES (?, ?)').run(
    'default',
    `not a real key ${randomBytes(32).toString('hex')}`,
  )
  db.prepare('INSERT INTO device_pairing_paired VALUES (?, ?)').run(randomBytes(16).toString('hex'), '{}')
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** An agent's database of the SQLite era. */
export async function writeAgentDatabase(stateDir: string, agent: string, sessions: number): Promise<void> {
  const folder = join(stateDir, 'agents', agent, 'agent')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  using db = new DatabaseSync(join(folder, 'openclaw-agent.sqlite'))
  db.exec(`PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA user_version = 23;
    CREATE TABLE session_nodes (id TEXT PRIMARY KEY, session_key TEXT, transcript TEXT);
    CREATE TABLE auth_profile_store (store_key TEXT PRIMARY KEY, store_json TEXT)`)
  const add = db.prepare('INSERT INTO session_nodes VALUES (?, ?, ?)')
  for (let number = 0; number < sessions; number++)
    add.run(randomUUID(), `agent:${agent}:chat-${number}`, transcript(4000))
  const profiles = {
    profiles: { 'anthropic:default': { type: 'api_key', key: `demo-${randomBytes(8).toString('hex')}` } },
  }
  db.prepare('INSERT INTO auth_profile_store VALUES (?, ?)').run('default', JSON.stringify(profiles))
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** Session files of the JSON era. */
export async function writeSessionFiles(stateDir: string, agent: string, sessions: number): Promise<void> {
  const index: Record<string, unknown> = {}
  for (let number = 0; number < sessions; number++) {
    const sessionId = randomUUID()
    const sessionFile = join(stateDir, 'agents', agent, 'sessions', `${sessionId}.jsonl`)
    index[`agent:${agent}:chat-${number}`] = { sessionId, sessionFile, updatedAt: 1_789_000_000_000 }
    await put(stateDir, `agents/${agent}/sessions/${sessionId}.jsonl`, transcript(20_000))
  }
  await put(stateDir, `agents/${agent}/sessions/sessions.json`, JSON.stringify(index, null, 2))
}

/** Files that a crash left behind: large to look at, sparse on disk where the file system can. */
export async function writeOrphans(
  stateDir: string,
  agent: string,
  options: { count: number; bytes: number },
): Promise<void> {
  const folder = join(stateDir, 'agents', agent, 'sessions')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const old = new Date(Date.now() - 40 * 24 * 3_600_000)
  for (let number = 0; number < options.count; number++) {
    const path = join(folder, `sessions.json.${4000 + number}.${randomUUID()}.tmp`)
    const handle = await open(path, 'w', 0o600)
    await handle.truncate(options.bytes)
    await handle.close()
    await utimes(path, old, old)
  }
}

/** A workspace as OpenClaw lays it out. */
export async function writeWorkspace(folder: string, name: string): Promise<void> {
  await put(folder, 'AGENTS.md', `# ${name}\n\nYou look after mail and calendar. Be brief.\n`)
  await put(folder, 'SOUL.md', 'Calm, exact, a little dry.\n')
  await put(folder, 'IDENTITY.md', `Name: ${name}\n`)
  await put(folder, 'USER.md', 'Prefers short answers.\n')
  await put(folder, 'MEMORY.md', `Notes are kept in ${folder}/memory.\n`)
  await put(folder, 'memory/2026-11-01.md', 'Moved the planning meeting to ten.\n'.repeat(40))
  await put(folder, 'skills/weather/SKILL.md', '---\nname: weather\n---\nLook up the weather.\n')
}
