import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import ssh2, { type Client as SshClient, type ConnectConfig } from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDemoFleet, type DemoFleet, type DemoNode } from './fleet'
import { skips } from '../helpers/requirement'

let fleet: DemoFleet
beforeAll(async () => {
  fleet = await startDemoFleet()
})
afterAll(() => fleet[Symbol.asyncDispose]())

function connect(node: DemoNode, options: Partial<ConnectConfig> = {}): Promise<SshClient> {
  const client = new ssh2.Client()
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve(client))
    client.on('error', reject)
    const { host, port, user: username, password } = node
    client.connect({ host, port, username, password, readyTimeout: 10_000, ...options })
  })
}

interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(client: SshClient, command: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error !== undefined) {
        reject(error)
        return
      }
      let stdout = ''
      let stderr = ''
      channel.on('data', (piece: Buffer) => (stdout += piece.toString()))
      channel.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()))
      channel.on('close', (code: number | null | undefined) => resolve({ code: code ?? null, stdout, stderr }))
      channel.end()
    })
  })
}

async function on(node: DemoNode, command: string): Promise<Result> {
  const client = await connect(node)
  try {
    return await run(client, command)
  } finally {
    client.end()
  }
}

async function until(claim: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000
  while (!(await claim())) {
    if (Date.now() > end) throw new Error('It did not come true within 15 s.')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

const health = async (port: number): Promise<unknown> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    answer => answer.json(),
    () => null,
  )
const isLive = async (node: DemoNode): Promise<boolean> => (await health(node.gatewayPort)) !== null

test('commands run in a real shell with the node’s own home, user and path', async () => {
  const node = fleet.node('pc-a')
  const result = await on(
    node,
    'echo "$HOME|$USER"; pwd; command -v openclaw; command -v systemctl; printf err >&2; exit 3',
  )
  const [who, where, ...found] = result.stdout.trim().split('\n')
  expect(result).toMatchObject({ code: 3, stderr: 'err' })
  expect(who).toBe(`${node.home}|anna`)
  expect(where).toBe(node.home)
  expect(found.every(path => path.startsWith(fleet.folder))).toBe(true)
  expect((await on(node, 'sh -lc "command -v node; command -v openclaw"')).stdout.trim().split('\n')).toHaveLength(2)
})

test('a key, a password and keyboard-interactive let in; a wrong password does not', async () => {
  const node = fleet.node('pc-b')
  const privateKey = readFileSync(fleet.keyPath)
  for (const options of [
    { privateKey, password: undefined },
    {},
    { tryKeyboard: true, password: undefined },
  ] as Partial<ConnectConfig>[]) {
    const client = new ssh2.Client()
    const ready = new Promise((resolve, reject) => client.on('ready', () => resolve(true)).on('error', reject))
    client.on('keyboard-interactive', (_name, _text, _language, _prompts, finish) => finish([node.password]))
    client.connect({
      host: node.host,
      port: node.port,
      username: node.user,
      password: node.password,
      ...options,
    })
    expect(await ready).toBe(true)
    client.end()
  }
  await expect(connect(node, { password: 'wrong' })).rejects.toThrow(/authentication/i)
})

test('the host key is the one announced, and another after the fault', async () => {
  const node = fleet.node('lab-4')
  const seen = async (): Promise<string> => {
    let hash = ''
    const client = await connect(node, {
      hostHash: 'sha256',
      hostVerifier: (hex: string) => {
        hash = `SHA256:${Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '')}`
        return true
      },
    })
    client.end()
    return hash
  }
  const before = node.hostFingerprint
  expect(await seen()).toBe(before)
  await node.fault('change-host-key')
  expect(await seen()).toBe(node.hostFingerprint)
  expect(node.hostFingerprint).not.toBe(before)
  await node.heal()
})

test('the gateway is stopped and started through the shims, and answers on its port', async () => {
  const node = fleet.node('pc-a')
  await until(() => isLive(node))
  expect(await health(node.gatewayPort)).toEqual({ ok: true, status: 'live' })
  const shown = await on(
    node,
    'systemctl --user show --no-pager -p Id,ActiveState,MainPID,TimeoutStopUSec,UnitFileState -- openclaw-gateway.service',
  )
  const pid = Number(/MainPID=(\d+)/.exec(shown.stdout)?.[1])
  expect(shown.stdout).toMatch(/^Id=openclaw-gateway.service\n/)
  expect(shown.stdout).toMatch(/ActiveState=active\n/)
  expect(shown.stdout).toMatch(/UnitFileState=enabled\n/)
  expect(shown.stdout).toMatch(/TimeoutStopUSec=330s\n/)
  if (process.platform === 'linux') {
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')).toContain(`HOME=${node.home}`)
  }
  expect((await on(node, 'systemctl --user stop openclaw-gateway')).code).toBe(0)
  expect(await isLive(node)).toBe(false)
  expect(await on(node, 'systemctl --user is-active openclaw-gateway')).toMatchObject({ code: 3, stdout: 'inactive\n' })
  expect((await on(node, 'openclaw gateway start --json')).code).toBe(0)
  await until(() => isLive(node))
})

test('the stand-in answers as the real one where OCM asks it', async () => {
  const node = fleet.node('pc-a')
  await until(() => isLive(node))
  expect((await on(node, 'openclaw --version')).stdout).toContain('2026.9.6')
  const cron = JSON.parse((await on(node, 'openclaw cron list --all --json')).stdout) as { jobs: { name: string }[] }
  expect(cron.jobs.map(({ name }) => name)).toContain('Morning briefing')
  expect((await on(node, 'openclaw config validate')).code).toBe(0)
  expect((await on(fleet.node('lab-4'), 'openclaw config validate')).code).toBe(1)
  expect((await on(node, 'openclaw gateway stop')).code).toBe(1)
  const status = JSON.parse((await on(node, 'openclaw gateway status --json')).stdout) as { rpc: { ok: boolean } }
  expect(status.rpc.ok).toBe(true)
  expect(
    (await on(fleet.node('vps-3'), 'openclaw --version; ls ~/.openclaw/agents/main/sessions | wc -l')).stdout,
  ).toMatch(/2026\.5\.28[^]*31/)
  expect(await on(node, 'loginctl show-user anna -p Linger')).toMatchObject({ code: 0, stdout: 'Linger=yes\n' })
  expect((await on(node, 'systemd-run --user --wait --pipe printf done')).stdout).toBe('done')
})

test('a gateway is uninstalled and installed anew, on another port', async () => {
  const node = fleet.node('pc-b')
  await until(() => isLive(node))
  expect((await on(node, 'openclaw gateway uninstall --json')).code).toBe(0)
  expect(await isLive(node)).toBe(false)
  expect(existsSync(`${node.home}/.config/systemd/user/openclaw-gateway.service`)).toBe(false)
  expect((await on(node, 'openclaw gateway install --force --json')).code).toBe(0)
  await until(() => isLive(node))
})

test('a gateway with a broken configuration ends at once and its unit is failed', async () => {
  const node = fleet.node('lab-4')
  await until(async () => (await on(node, 'systemctl --user is-failed openclaw-gateway')).stdout === 'failed\n')
  expect(await isLive(node)).toBe(false)
})

const skipsTimeout = skips('the stand-in for timeout', process.platform === 'win32' ? 'Windows needs none' : undefined)
test.skipIf(skipsTimeout)('the stand-in for timeout ends what takes too long, and tells', async () => {
  const timeout = join(import.meta.dirname, 'stand-ins/timeout.sh')
  const node = fleet.node('pc-a')
  expect(await on(node, `echo in | sh '${timeout}' -k 5 10 cat; echo $?`)).toMatchObject({ stdout: 'in\n0\n' })
  expect(await on(node, `sh '${timeout}' 10 sh -c 'exit 7'; echo $?`)).toMatchObject({ stdout: '7\n' })
  expect(await on(node, `sh '${timeout}' -k 5 1 sleep 20; echo $?`)).toMatchObject({ stdout: '124\n' })
})

test('a hundred light nodes start and answer', async () => {
  await using many = await startDemoFleet({ count: 100, withoutGateways: true })
  expect(new Set(many.nodes.map(({ port }) => port)).size).toBe(100)
  expect((await on(many.node('light-100'), 'openclaw --version')).stdout).toContain('2026.9.6')
}, 60_000)

test('doctor brings files of the old era into the database of the new one', async () => {
  const [old, young] = [fleet.node('vps-3'), fleet.node('pc-b')]
  await on(young, 'cp -R ~/.openclaw ~/kept')
  await on(
    young,
    `rm -rf ~/.openclaw/cron ~/.openclaw/agents && cp -R '${old.stateDir}/cron' '${old.stateDir}/agents' ~/.openclaw/`,
  )
  expect((await on(young, 'openclaw doctor --fix --non-interactive')).code).toBe(0)
  await until(() => isLive(young))
  expect((await on(young, 'openclaw cron list --json')).stdout).toContain('Morning briefing')
  expect(existsSync(`${young.stateDir}/cron/jobs.json.migrated`)).toBe(true)
})

test('faults: offline, hanging, silent, cut, and healed again', async () => {
  const node = fleet.node('nas-5')
  const refused = () =>
    new Promise<boolean>(resolve => {
      const socket = createConnection(node.port, node.host)
      socket.on('error', () => resolve(true))
      socket.on('connect', () => {
        socket.destroy()
        resolve(false)
      })
    })
  await node.fault('offline')
  expect(await refused()).toBe(true)
  await node.fault('silent')
  await expect(connect(node, { readyTimeout: 500 })).rejects.toThrow(/timed out/i)
  await node.fault('hang-after-login')
  const client = await connect(node)
  const answered = run(client, 'echo').then(() => true)
  expect(await Promise.race([answered, new Promise(resolve => setTimeout(() => resolve('hangs'), 300))])).toBe('hangs')
  client.end()
  await node.fault({ kind: 'cut-after-bytes', bytes: 200_000 })
  const cut = await connect(node)
  cut.on('error', () => undefined) // that is the point
  const result = await Promise.race([
    run(cut, 'head -c 50000000 /dev/zero | tr "\\0" a'),
    new Promise<null>(resolve => cut.on('close', () => resolve(null))),
  ])
  expect(result?.code ?? null).toBe(null)
  await node.heal()
  expect((await on(node, 'echo back')).stdout).toBe('back\n')
  expect(await refused()).toBe(false)
  expect(fleet.node('off-6').port).toBeGreaterThan(0)
})

test('large output and input arrive whole', async () => {
  const client = await connect(fleet.node('pc-a'))
  const result = await run(client, 'head -c 20000000 /dev/zero | tr "\\0" a')
  expect(result.stdout.length).toBe(20_000_000)
  client.end()
})

test('when the fleet ends, every process it started ends, and its folder is gone', async () => {
  const small = await startDemoFleet({ count: 2 })
  const node = small.node('pc-a')
  await until(() => isLive(node))
  const client = await connect(node)
  client.on('error', () => undefined) // the fleet drops it
  void run(client, 'sleep 1000').catch(() => undefined)
  await until(() => Promise.resolve(small.nodes[0]?.pids.length === 2))
  const pids = small.nodes.flatMap(one => one.pids)
  expect(pids.length).toBeGreaterThanOrEqual(3)
  await small[Symbol.asyncDispose]()
  for (const pid of pids) expect(() => process.kill(pid, 0), String(pid)).toThrow()
  expect(existsSync(small.folder)).toBe(false)
  if (process.platform === 'linux')
    expect(execFileSync('ps', ['-ef'], { encoding: 'utf8' })).not.toContain(small.folder)
})

const skipsLeaks = skips('leaked node hosts', process.platform === 'linux' ? undefined : 'titles are read from /proc')
test.skipIf(skipsLeaks)('a leaked node host stays alone under its title, and ends with the fleet', async () => {
  await using own = await startDemoFleet({ count: 1, withoutGateways: true })
  const [node] = own.nodes
  if (node === undefined) throw new Error('There is one node')
  const pid = await node.leak()
  await until(() => Promise.resolve(readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('openclaw-node')))
  expect(node.pids).toEqual([pid])
  await own[Symbol.asyncDispose]()
  expect(existsSync(`/proc/${pid}/fd`)).toBe(false)
})
