import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { handleKill } from '../../../remote/kill'
import { handleSurvey } from '../../../remote/survey'
import { handleTraces } from '../../../remote/traces'
import * as answers from '../../fixtures/windows-look'
import { test } from '../../helpers/posix'
import { RemoteSession } from '../../helpers/remote-context'
import { WindowsHome } from '../../helpers/windows'

const NPM = 'AppData/Roaming/npm'
const STARTUP = 'AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup'

/** As Windows writes it. */
const native = (path: string): string => path.replaceAll('/', '\\')

/** A machine with a gateway that a task starts. */
function furnished(): WindowsHome {
  const machine = new WindowsHome()
  const stateDir = join(machine.home, '.openclaw')
  machine.write('.openclaw/openclaw.json', '{}')
  machine.write('.openclaw/state/openclaw.sqlite', '')
  machine.write('.openclaw/gateway.cmd', answers.gatewayCmd(stateDir, join(machine.home, NPM)))
  machine.write('.openclaw/gateway.vbs', answers.gatewayVbs(stateDir))
  machine.write(`${NPM}/node_modules/openclaw/package.json`, '{"name":"openclaw","version":"2026.9.6"}')
  machine.write(`${NPM}/node_modules/openclaw/dist/index.js`, '')
  machine.write(`${NPM}/node_modules/openclaw/openclaw.mjs`, '')
  machine.write(`${NPM}/node_modules/npm/bin/npm-cli.js`, '')
  machine.write(`${NPM}/openclaw`, 'exec node "$basedir/node_modules/openclaw/openclaw.mjs" "$@"\n')
  machine.write(`${NPM}/openclaw.cmd`, '"%_prog%"  "%dp0%\\node_modules\\openclaw\\openclaw.mjs" %*\r\n')
  return machine
}

async function traces() {
  using session = new RemoteSession()
  return (await session.ask(handleTraces, { withSizes: false })).result
}

test('a task, its processes, their port, the state and the package are found, and a Startup entry beside them', async () => {
  using machine = furnished()
  const stateDir = join(machine.home, '.openclaw')
  machine.write(`${STARTUP}/OpenClaw Gateway (work).cmd`, '@echo off\r\n')
  machine.answers(
    answers.lookAnswer({
      processes: { rows: [answers.ASKER, ...answers.gatewayChain(native(stateDir), native(join(machine.home, NPM)))] },
      tasks: {
        seen: 3,
        closed: [],
        rows: [answers.task('\\OpenClaw Gateway', native(`${stateDir}/gateway.vbs`), { state: 4 })],
      },
      ports: { by: 'netstat', lines: answers.NETSTAT_GERMAN },
    }),
  )
  const found = await traces()
  const of = (kind: string) => found.traces.filter(trace => trace.kind === kind)
  expect(found.notSeen).toEqual([])
  expect(of('unit').map(({ id, name, task, profile }) => ({ id, name, task, profile }))).toEqual([
    {
      id: 'unit:\\OpenClaw Gateway',
      name: 'scheduled task OpenClaw Gateway',
      task: '\\OpenClaw Gateway',
      profile: 'default',
    },
    expect.objectContaining({
      profile: 'work',
      name: native(join(machine.home, STARTUP, 'OpenClaw Gateway (work).cmd')),
    }),
  ])
  expect(of('process').map(({ process, profile }) => [process?.pid, process?.role, process?.unit, profile])).toEqual([
    [2100, 'gateway', 'OpenClaw Gateway', 'default'],
    [2104, 'gateway', 'OpenClaw Gateway', 'default'],
    [2110, 'gateway', 'OpenClaw Gateway', 'default'],
    [2120, 'gateway', 'OpenClaw Gateway', 'default'],
  ])
  expect(of('process')[3]?.process?.startedAtTicks).toBe(answers.BASE_MS + 2120)
  expect(of('port').map(({ port, process }) => [port, process?.pid])).toEqual([[18789, 2120]])
  expect(of('state')).toMatchObject([{ path: stateDir, refusal: null, profile: 'default' }])
  const prefix = join(machine.home, NPM)
  expect(of('package')).toMatchObject([
    {
      path: join(prefix, 'node_modules/openclaw'),
      uninstall: expect.arrayContaining([
        join(prefix, 'node_modules/npm/bin/npm-cli.js'),
        '--prefix',
        prefix,
      ]) as string[],
      paths: expect.arrayContaining([join(prefix, 'openclaw'), join(prefix, 'openclaw.cmd')]) as string[],
    },
  ])
})

test('without PowerShell nothing of what it tells is taken for absent', async () => {
  using machine = furnished()
  machine.powershell('exit 1')
  const found = await traces()
  expect(found.traces.filter(({ kind }) => ['process', 'port', 'unit'].includes(kind))).toEqual([])
  const told = found.notSeen.map(({ what, why }) => `${what}: ${why}`).join('\n')
  expect(told).toMatch(/^Processes: .*could not/m)
  expect(told).toMatch(/^Some services: .*could not/m)
  expect(told).toMatch(/^Ports: .*could not/m)
})

test('the survey tells the service with the words of its launcher', async () => {
  using machine = furnished()
  const stateDir = join(machine.home, '.openclaw')
  machine.write('.openclaw/tmp/openclaw/gateway.1.lock', '{"pid":2120,"port":18789}')
  machine.answers(
    answers.lookAnswer({
      processes: { rows: [answers.ASKER, ...answers.gatewayChain(native(stateDir), native(join(machine.home, NPM)))] },
      tasks: {
        seen: 3,
        closed: [],
        rows: answers.task('\\OpenClaw Gateway', native(`${stateDir}/gateway.vbs`), { state: 4 }),
      },
    }),
  )
  using session = new RemoteSession()
  const { result } = await session.ask(handleSurvey, { extraStateDirs: [], withSizes: false })
  expect(result).toMatchObject({
    serviceManager: 'task-scheduler',
    os: { platform: 'win32', uid: -1, home: machine.home },
  })
  const [profile] = result.profiles
  expect(profile?.services).toMatchObject([
    {
      ...{ name: 'OpenClaw Gateway', path: '\\OpenClaw Gateway', kind: 'gateway', scope: 'user', mainPid: 2120 },
      ...{ manager: 'task-scheduler', isEnabled: { state: 'known', value: true } },
      activeState: { state: 'known', value: 'running' },
      execStart: expect.arrayContaining(['C:/Program Files/nodejs/node.exe', '--port', '18789']) as string[],
      environmentNames: ['NODE_OPTIONS', 'OPENCLAW_GATEWAY_PORT', 'OPENCLAW_SERVICE_KIND', 'OPENCLAW_SERVICE_MARKER'],
    },
  ])
  expect(profile?.gateway).toMatchObject({ pid: 2120, port: 18789 })
  expect(result.openclaw).toMatchObject({ value: { version: '2026.9.6', method: 'npm-global' } })
})

test.each([
  ['ended', true],
  ['gone', false],
  ['other', false],
])('a process is ended by its number and start: %s', async (end, wasAlive) => {
  using machine = new WindowsHome()
  const asked = machine.write('asked', '')
  machine.powershell(`printf %s "$script" > '${asked}'; echo '{"end":"${end}"}'`)
  using session = new RemoteSession()
  const params = { pid: 4711, startedAtTicks: 1_795_250_000_123, signal: 'SIGTERM' as const }
  expect((await session.ask(handleKill, params)).result).toEqual({ wasAlive })
  expect(existsSync(asked)).toBe(true)
})

test('a process that may not be ended is no process that is gone', async () => {
  using machine = new WindowsHome()
  machine.answers({ error: 'Access is denied' })
  using session = new RemoteSession()
  const params = { pid: 4711, startedAtTicks: 1, signal: 'SIGKILL' as const }
  await expect(session.ask(handleKill, params)).rejects.toMatchObject({ code: 'permission-denied' })
})

test('tasks of another account are left alone; a person’s own one is shown, one under a name of its own is OpenClaw’s', async () => {
  using machine = furnished()
  const stateDir = join(machine.home, '.openclaw')
  const rows = [
    answers.task('\\OpenClaw Gateway', 'C:\\Users\\bob\\.openclaw\\gateway.vbs', { user: '' }),
    answers.task('\\My claw', native(`${stateDir}/gateway.vbs`), { user: answers.SID, state: 1, enabled: false }),
    answers.task('\\Mine\\check', 'C:\\npm\\openclaw.cmd', {
      actions: [
        { path: 'C:\\npm\\openclaw.cmd', arguments: 'status' },
        { path: 'C:\\tools\\log.exe', arguments: '' },
      ],
    }),
    answers.task('\\Mine\\backup', 'C:\\tools\\copy.exe'),
  ]
  machine.answers(answers.lookAnswer({ tasks: { seen: 9, closed: ['\\Closed'], rows } }))
  const { traces: found, notSeen } = await traces()
  expect(found.filter(({ task }) => task !== undefined)).toMatchObject([
    { kind: 'unit', task: '\\My claw', profile: 'default' },
    {
      kind: 'cron-lines',
      path: '\\Mine\\check',
      isOwn: true,
      isWholeFile: false,
      lines: [{ text: 'C:\\npm\\openclaw.cmd status' }],
    },
  ])
  const told = notSeen.map(({ what, why }) => `${what}: ${why}`)
  expect(told).toContain('Some services: These scheduled tasks could not be looked at: \\Closed')
  expect(told).toContain('\\OpenClaw Gateway: It runs OpenClaw for another account; it stays.')
})

test('with several profiles, a process that nothing tells the profile of is noted', async () => {
  using machine = furnished()
  machine.write('.openclaw-work/openclaw.json', '{}')
  const script = native(join(machine.home, NPM, 'node_modules/openclaw/openclaw.mjs'))
  const rows = [
    answers.ASKER,
    answers.row(60, 1, `node.exe ${script} --profile work gateway run`),
    answers.row(61, 60, `node.exe ${script.replace('openclaw.mjs', 'dist\\process\\worker.js')}`),
    answers.row(62, 1, `node.exe ${script} gateway run`),
  ]
  machine.answers(answers.lookAnswer({ processes: { rows } }))
  const { traces: found, notSeen } = await traces()
  const processes = found.filter(({ kind }) => kind === 'process')
  expect(processes.map(({ profile }) => profile)).toEqual(['work', 'work', null])
  expect(notSeen.map(({ what }) => what)).toContain('Processes of an unknown profile')
})

test('a set-up in a folder of its own is found through its task, with slashes whatever its launcher says', async () => {
  using machine = new WindowsHome()
  const stateDir = join(machine.home, 'data/claw')
  const own = `set "OPENCLAW_STATE_DIR=${native(stateDir)}"`
  machine.write('data/claw/openclaw.json', '{}')
  machine.write('data/claw/gateway.cmd', answers.gatewayCmd(native(stateDir), 'C:\\npm', [own]))
  const row = answers.task('\\Claw', native(`${stateDir}/gateway.cmd`))
  const starts = { seen: 9, rows: { where: 'service claw', line: 'nssm.exe node openclaw.mjs gateway --token abc' } }
  machine.answers(answers.lookAnswer({ tasks: { seen: 1, closed: [], rows: row }, starts }))
  const { traces: found, notSeen } = await traces()
  expect(found.map(({ kind, path, task, profile }) => [kind, path ?? task, profile])).toEqual([
    ['unit', '\\Claw', 'claw'],
    ['state', stateDir, 'claw'],
  ])
  expect(notSeen).toEqual([{ what: 'service claw', why: expect.stringMatching(/by hand: .*--token •••/) as string }])
})
