// Stands in for OpenClaw on a demo node: its files, its commands and its health page, none of its intelligence.
import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { runNodeHost } from './node-run.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const isSqliteEra = version >= '2026.8'
const home = process.env.OPENCLAW_HOME || process.env.HOME
const stateDir = process.env.OPENCLAW_STATE_DIR || join(home, '.openclaw')
const configPath = process.env.OPENCLAW_CONFIG_PATH || join(stateDir, 'openclaw.json')
const databasePath = join(stateDir, 'state', 'openclaw.sqlite')
const storeKey = join(stateDir, 'cron', 'jobs.json')
const UNIT = 'openclaw-gateway.service'
const unitPath = join(home, '.config/systemd/user', UNIT)
const words = process.argv.slice(2)
const has = flag => words.includes(flag)
const say = text => process.stdout.write(`${text}\n`)
const fail = (text, code = 1) => {
  process.stderr.write(`${text}\n`)
  process.exit(code)
}
const answer = (value, text) => say(has('--json') ? JSON.stringify(value, null, 2) : text)

/** JSON5 is, but for its numbers, what an expression of JavaScript may be. */
function readConfig() {
  if (!existsSync(configPath)) return {}
  return runInNewContext(`(${readFileSync(configPath, 'utf8')})`, {}, { timeout: 1000 })
}

function validConfig(exitCode = 1) {
  try {
    const config = readConfig()
    if (typeof config !== 'object' || config === null) throw new Error('not an object')
    const port = config.gateway?.port
    if (port !== undefined && !Number.isInteger(port)) throw new Error('gateway.port: expected a number')
    return config
  } catch (error) {
    return fail(`Config invalid: ${configPath}\n  ${error.message}`, exitCode)
  }
}

function portOf(config) {
  const at = words.indexOf('--port')
  return Number(at < 0 ? process.env.OPENCLAW_GATEWAY_PORT || config.gateway?.port || 18789 : words[at + 1])
}

const agentsIn = config => {
  const named = Object.keys(config.agents?.entries ?? {})
  const listed = (config.agents?.list ?? []).map(({ id }) => id)
  return [...new Set([...named, ...listed, ...(named.length + listed.length === 0 ? ['main'] : [])])]
}

function withDatabase(work) {
  mkdirSync(dirname(databasePath), { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(databasePath)
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 2000;
      CREATE TABLE IF NOT EXISTS cron_jobs (store_key TEXT NOT NULL, job_id TEXT NOT NULL, name TEXT, enabled INTEGER, agent_id TEXT,
        payload_kind TEXT, job_json TEXT, state_json TEXT, PRIMARY KEY (store_key, job_id));
      CREATE TABLE IF NOT EXISTS diagnostic_events (at INTEGER, text TEXT)`)
    return work(db)
  } finally {
    db.close()
  }
}

function jobs() {
  if (!isSqliteEra) {
    const file = join(stateDir, 'cron/jobs.json')
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).jobs : []
  }
  return withDatabase(db =>
    db
      .prepare('SELECT job_id AS id, name, enabled, agent_id AS agentId FROM cron_jobs WHERE store_key = ?')
      .all(storeKey)
      .map(job => ({ ...job, enabled: job.enabled !== 0 })),
  )
}

/** What the real gateway does at each start: jobs of its own, under the key of this state directory. */
function addSystemJobs(config) {
  if (!isSqliteEra) return
  withDatabase(db => {
    const add =
      db.prepare(`INSERT OR IGNORE INTO cron_jobs (store_key, job_id, name, enabled, agent_id, payload_kind, job_json)
      VALUES (?, ?, ?, 1, ?, 'systemEvent', '{}')`)
    for (const agent of agentsIn(config)) add.run(storeKey, `heartbeat-${agent}`, `heartbeat-${agent}`, agent)
  })
}

function runGateway() {
  const config = validConfig(78)
  const port = portOf(config)
  const lockFolder = join(stateDir, 'tmp', `openclaw-${process.getuid?.() ?? 0}`)
  const lock = join(lockFolder, `gateway.${createHash('sha256').update(configPath).digest('hex').slice(0, 8)}.lock`)
  mkdirSync(lockFolder, { recursive: true, mode: 0o700 })
  addSystemJobs(config)
  const server = createServer((request, response) => {
    const isKnown = request.url === '/healthz' || request.url === '/readyz'
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(isKnown ? { ok: true, status: request.url === '/healthz' ? 'live' : 'ready' } : { ok: false }),
    )
  })
  server.on('error', error => fail(`Gateway failed to start: ${error.message}`, 1))
  server.listen(port, '127.0.0.1', () => {
    writeFileSync(lock, JSON.stringify({ pid: process.pid, port, configPath, stateDir, startTime: Date.now() }), {
      mode: 0o600,
    })
    const [lastGood, good] = [join(stateDir, 'openclaw.json.last-good'), readFileSync(configPath)]
    // The same again is not written: it would be empty for a moment, and the gateway is live already.
    if (isSqliteEra && !(existsSync(lastGood) && readFileSync(lastGood).equals(good)))
      writeFileSync(lastGood, good, { mode: 0o600 })
    say(`gateway ${version} listening on 127.0.0.1:${port}`)
  })
  const stop = () => {
    rmSync(lock, { force: true })
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // The fleet holds the other end: when it is gone, however it went, its gateways go too.
  if (process.env.OCM_DEMO_MANAGER !== undefined) process.stdin.resume().on('end', stop).on('error', stop)
}

const systemctl = (...more) =>
  execFileSync('systemctl', ['--user', ...more], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

function installGateway() {
  const config = validConfig()
  if (existsSync(unitPath) && !has('--force'))
    return answer({ ok: true, action: 'install', result: 'already-installed' }, 'Already installed.')
  const port = portOf(config)
  const environment = {
    HOME: home,
    PATH: process.env.PATH,
    OPENCLAW_GATEWAY_PORT: port,
    OPENCLAW_SYSTEMD_UNIT: UNIT,
    OPENCLAW_SERVICE_MARKER: 'openclaw',
    OPENCLAW_SERVICE_KIND: 'gateway',
    OPENCLAW_SERVICE_VERSION: version,
  }
  mkdirSync(dirname(unitPath), { recursive: true, mode: 0o700 })
  if (existsSync(unitPath)) writeFileSync(`${unitPath}.bak`, readFileSync(unitPath))
  const unit = [
    '[Unit]',
    `Description=OpenClaw Gateway (v${version})`,
    'After=network-online.target',
    '',
    '[Service]',
    `ExecStart="${process.execPath}" "${join(root, 'dist/index.js')}" gateway --port ${port}`,
    'Restart=always',
    'RestartSec=5',
    'RestartPreventExitStatus=78',
    `TimeoutStopSec=${isSqliteEra ? 330 : 30}`,
    'TimeoutStartSec=30',
    'SuccessExitStatus=0 143',
    `KillMode=${isSqliteEra ? 'mixed' : 'control-group'}`,
    ...Object.entries(environment).map(([name, value]) => `Environment="${name}=${value}"`),
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ]
  writeFileSync(unitPath, unit.join('\n'), { mode: 0o600 })
  systemctl('daemon-reload')
  systemctl('enable', UNIT)
  systemctl('restart', UNIT)
  return answer(
    { ok: true, action: 'install', result: 'installed', service: { path: unitPath, loaded: true } },
    `Installed systemd service: ${unitPath}`,
  )
}

function uninstallGateway() {
  if (existsSync(unitPath)) {
    systemctl('disable', '--now', UNIT)
    rmSync(unitPath, { force: true })
    systemctl('daemon-reload')
  }
  answer({ ok: true, action: 'uninstall', result: 'uninstalled' }, 'Removed systemd service.')
}

const isLive = port =>
  new Promise(resolve => {
    get({ host: '127.0.0.1', port, path: '/healthz', timeout: 1000 }, response =>
      resolve(response.resume().statusCode === 200),
    )
      .on('error', () => resolve(false))
      .on('timeout', () => resolve(false))
  })

async function gatewayStatus() {
  const config = validConfig()
  const port = portOf(config)
  const isInstalled = existsSync(unitPath)
  const shown = isInstalled ? systemctl('show', UNIT, '-p', 'MainPID,ActiveState') : ''
  const pid = Number(/MainPID=(\d+)/.exec(shown)?.[1] ?? 0)
  const ok = await isLive(port)
  answer(
    {
      service: {
        label: 'systemd',
        loaded: isInstalled,
        runtime: { status: pid > 0 ? 'running' : 'stopped', ...(pid > 0 ? { pid } : {}) },
        systemdInstallation: { kind: isInstalled ? 'user' : 'none' },
        layout: { packageRoot: root, packageVersion: version },
      },
      gateway: { port, version, bindHost: '127.0.0.1' },
      port: { port, status: ok ? 'busy' : 'free' },
      rpc: { ok },
      config: { cli: { path: configPath, exists: existsSync(configPath), valid: true } },
    },
    `Gateway: ${ok ? 'running' : 'not running'} (port ${port})`,
  )
}

/** The import of the real `doctor --fix`, in small: old files become rows, and are renamed. */
function importOldFiles() {
  const cron = join(stateDir, 'cron/jobs.json')
  if (!isSqliteEra) return
  if (existsSync(cron)) {
    const old = JSON.parse(readFileSync(cron, 'utf8')).jobs
    withDatabase(db => {
      const add =
        db.prepare(`INSERT OR IGNORE INTO cron_jobs (store_key, job_id, name, enabled, agent_id, payload_kind, job_json)
        VALUES (?, ?, ?, ?, ?, 'agentTurn', ?)`)
      for (const job of old)
        add.run(storeKey, job.id, job.name, job.enabled === false ? 0 : 1, job.agentId ?? 'main', JSON.stringify(job))
    })
    renameSync(cron, `${cron}.migrated`)
  }
  const agents = join(stateDir, 'agents')
  for (const agent of existsSync(agents) ? readdirSync(agents) : []) {
    const index = join(agents, agent, 'sessions/sessions.json')
    if (!existsSync(index)) continue
    mkdirSync(join(agents, agent, 'agent'), { recursive: true, mode: 0o700 })
    const db = new DatabaseSync(join(agents, agent, 'agent/openclaw-agent.sqlite'))
    db.exec(
      'PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS session_nodes (id TEXT PRIMARY KEY, session_key TEXT, transcript TEXT)',
    )
    const add = db.prepare('INSERT OR IGNORE INTO session_nodes VALUES (?, ?, ?)')
    for (const [key, { sessionId }] of Object.entries(JSON.parse(readFileSync(index, 'utf8')))) {
      const file = join(agents, agent, 'sessions', `${sessionId}.jsonl`)
      add.run(sessionId ?? randomUUID(), key, existsSync(file) ? readFileSync(file, 'utf8') : '')
      if (existsSync(file)) renameSync(file, `${file}.migrated`)
    }
    db.close()
    renameSync(index, `${index}.migrated`)
  }
}

async function listCron() {
  const config = validConfig()
  if (!(await isLive(portOf(config)))) fail('Gateway not reachable. Start it with: openclaw gateway start')
  const found = jobs()
  answer({ jobs: found, total: found.length }, found.map(({ id, name }) => `${id}  ${name}`).join('\n'))
}

/**
 * Stands in for `openclaw devices remove [--json] <deviceId>` and `openclaw nodes remove --node <id>`. As the real ones it needs
 * the running gateway and refuses what that does not know. The real gateway also ends the device's connections.
 */
async function unpair(kind, id) {
  const config = validConfig()
  if (!(await isLive(portOf(config)))) fail('Gateway not reachable. Start it with: openclaw gateway start')
  const noun = kind === 'devices' ? 'deviceId' : 'nodeId'
  if (isSqliteEra) {
    const { changes } = withDatabase(db => db.prepare('DELETE FROM device_pairing_paired WHERE device_id = ?').run(id))
    if (Number(changes) === 0) fail(`unknown ${noun}`)
  } else {
    const file = join(stateDir, kind, 'paired.json')
    const paired = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
    if (!Object.hasOwn(paired, id)) fail(`unknown ${noun}`)
    const others = Object.fromEntries(Object.entries(paired).filter(([key]) => key !== id))
    writeFileSync(`${file}.new`, JSON.stringify(others), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  answer({ [noun]: id }, `Removed ${id}`)
}

function control(verb) {
  if (verb === 'stop' && isSqliteEra && !has('--force') && !process.stdin.isTTY) {
    fail('Refusing to stop the gateway from a non-interactive shell without --force.')
  }
  if (verb === 'stop' && !isSqliteEra && has('--force')) fail("error: unknown option '--force'")
  if (!existsSync(unitPath))
    return verb === 'stop'
      ? answer({ ok: true, result: 'not-loaded' }, 'Not installed.')
      : fail('Gateway service not installed.')
  systemctl(verb, UNIT)
  answer({ ok: true, action: verb, result: verb }, `Gateway ${verb}: done`)
}

const [command, second] = words.filter(word => !word.startsWith('-'))
if (has('--version') || has('-V')) say(`OpenClaw ${version} (stand-in)`)
else if (command === 'gateway') {
  if (second === 'install') installGateway()
  else if (second === 'uninstall') uninstallGateway()
  else if (second === 'status') await gatewayStatus()
  else if (['start', 'stop', 'restart'].includes(second)) control(second)
  else runGateway()
} else if (command === 'config' && second === 'validate') {
  validConfig()
  answer({ valid: true, path: configPath }, `Config valid: ${configPath}`)
} else if (command === 'doctor') {
  validConfig()
  if (has('--fix')) importOldFiles()
  say('Doctor complete.')
} else if (command === 'cron' && second === 'list') await listCron()
else if (command === 'devices' && second === 'remove') await unpair('devices', words.at(-1))
else if (command === 'nodes' && second === 'remove')
  await unpair('nodes', words.find(word => word.startsWith('--node='))?.slice('--node='.length))
else if (command === 'agents' && second === 'list') {
  const list = agentsIn(validConfig()).map(id => ({ id }))
  answer(list, list.map(({ id }) => id).join('\n'))
} else if (command === 'node' && second === 'run') runNodeHost(fileURLToPath(import.meta.url))
else if (command === 'health') {
  const ok = await isLive(portOf(validConfig()))
  answer({ ok }, ok ? 'ok' : 'down')
  process.exitCode = ok ? 0 : 1
} else fail(`The stand-in does not know: openclaw ${words.join(' ')}`)
