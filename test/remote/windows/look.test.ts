import { expect, test } from 'vitest'
import { judged } from '../../../remote/windows/look'
import { powershellCommand } from '../../../remote/windows/powershell'
import { familyIn } from '../../../remote/windows/processes'
import { windowsRows } from '../../../remote/windows/rows'
import { endScript, lookScript, MAIN_PARTS } from '../../../remote/windows/script'
import * as answers from '../../fixtures/windows-look'

const STATE = 'C:\\Users\\ada\\.openclaw'
const NPM = 'C:\\Users\\ada\\AppData\\Roaming\\npm'

const rowsOf = (...rows: answers.Row[]) => judged(answers.lookAnswer({ processes: { rows: [answers.ASKER, ...rows] } }))
const familyOf = (...rows: answers.Row[]) => familyIn(rowsOf(...rows), answers.BASE_MS + 10_000)

test.each([
  ['does not have the process that asks', { processes: { rows: [] } }, 'processes'],
  ['has it without its words', { processes: { rows: [{ ...answers.ASKER, HasCommandLine: false }] } }, 'processes'],
  ['is an error', { processes: { error: 'Access denied' } }, 'processes'],
  ['is missing', { processes: undefined }, 'processes'],
  ['knows no task at all', { tasks: { seen: 0, closed: [], rows: [] } }, 'tasks'],
  ['has no list of tasks', { tasks: { seen: 9, closed: [], rows: null } }, 'tasks'],
  ['knows no service at all', { starts: { seen: 0, rows: [] } }, 'starts'],
  ['knows no listening port', { ports: { by: 'cmdlet', rows: [] } }, 'ports'],
  [
    'is what netstat says of connections only',
    { ports: { by: 'netstat', lines: [answers.NETSTAT_GERMAN[2]] } },
    'ports',
  ],
] as const)('a list that %s is unknown, not empty', (_name, change, part) => {
  expect(judged(answers.lookAnswer(change))[part]).toMatchObject({ state: 'unknown' })
})

test('one entry need not be in a list, nor a list be plain', () => {
  const row = { port: 22, pid: 5 }
  const task = answers.task('\\OpenClaw Gateway', 'C:\\x')
  const known = { state: 'known', value: [row] }
  expect(judged(answers.lookAnswer({ ports: { by: 'cmdlet', rows: row } })).ports).toEqual(known)
  expect(judged(answers.lookAnswer({ ports: { by: 'cmdlet', rows: { value: [row], Count: 1 } } })).ports).toEqual(known)
  const { tasks } = judged(answers.lookAnswer({ tasks: { seen: 1, closed: '\\Closed', rows: task } }))
  expect(tasks).toMatchObject({ value: { closed: ['\\Closed'], rows: [{ path: '\\OpenClaw Gateway' }] } })
})

test('netstat is read by its numbers, whatever the language', () => {
  const { ports } = judged(answers.lookAnswer({ ports: { by: 'netstat', lines: answers.NETSTAT_GERMAN } }))
  expect(ports).toEqual({
    state: 'known',
    value: [
      { port: 22, pid: 1200 },
      { port: 18_789, pid: 2120 },
      { port: 445, pid: 4 },
    ],
  })
})

test('the chain that a task starts is found whole, those first that start others', () => {
  const { processes } = familyOf(...answers.gatewayChain(STATE, NPM).reverse())
  expect(processes.map(({ pid, isLauncher, launcher }) => [pid, isLauncher, launcher])).toEqual([
    [2100, true, 'C:/Users/ada/.openclaw/gateway.vbs'],
    [2104, true, 'C:/Users/ada/.openclaw/gateway.cmd'],
    [2110, false, 'C:/Users/ada/.openclaw/gateway.cmd'],
    [2120, false, 'C:/Users/ada/.openclaw/gateway.cmd'],
  ])
  expect(processes[3]).toMatchObject({ uid: -1, ageMs: 10_000 - 2120, startedAtTicks: answers.BASE_MS + 2120 })
})

test('what a launcher of OpenClaw runs is OpenClaw’s, also from a folder of another name; another’s gateway.cmd is not', () => {
  const own = [
    answers.row(10, 1, 'cmd.exe /c ""C:\\Users\\Ada L\\.openclaw\\gateway.cmd""'),
    answers.row(11, 10, '"C:\\node\\node.exe" D:\\src\\claw\\dist\\index.js gateway', {
      Name: 'node.exe',
      CommandLine: null,
    }),
  ]
  const other = [
    answers.row(20, 1, 'cmd.exe /c C:\\tools\\proxy\\gateway.cmd'),
    answers.row(21, 20, 'node.exe C:\\tools\\proxy\\main.js', { CommandLine: null }),
  ]
  const { processes } = familyOf(...own, ...other)
  expect(processes.map(({ pid }) => pid)).toEqual([10, 11])
  expect(processes[0]?.launcher).toBe('C:/Users/Ada L/.openclaw/gateway.cmd')
})

test('this program and what it was started through are no processes of OpenClaw', () => {
  const line = `cmd.exe /c node.exe ${NPM}\\node_modules\\openclaw\\dist\\index.js gateway`
  const shell = answers.row(7, 1, line, { Name: 'node.exe', StartedMs: answers.BASE_MS })
  const own = answers.row(process.pid, 7, `node.exe ${NPM}\\node_modules\\openclaw\\openclaw.mjs`)
  expect(familyOf(shell, own).processes).toEqual([])
})

test('a program that may be this login’s, yet does not show its words, is told', () => {
  const hidden = { CommandLine: null, HasCommandLine: false }
  const { hidden: told } = familyOf(
    answers.row(30, 1, 'node.exe', { ...hidden, OwnerSid: answers.SID }),
    answers.row(31, 1, 'wscript.exe', { ...hidden, OwnerSid: null }),
    answers.row(32, 1, 'node.exe', { ...hidden, OwnerSid: answers.OTHER_SID }),
    answers.row(33, 1, 'svchost.exe', { ...hidden, OwnerSid: null }),
  )
  expect(told).toEqual([
    { pid: 30, name: 'node.exe' },
    { pid: 31, name: 'wscript.exe' },
  ])
})

test('processes of another account are not this login’s', () => {
  const line = `node.exe ${NPM}\\node_modules\\openclaw\\openclaw.mjs gateway`
  const { processes } = familyOf(answers.row(40, 1, line, { OwnerSid: answers.OTHER_SID }), answers.row(41, 1, line))
  expect(processes.map(({ pid, uid }) => [pid, uid])).toEqual([
    [40, -2],
    [41, -1],
  ])
})

test('starts are whole milliseconds, rounded down, however they are told', () => {
  const [ms, ticks] = windowsRows([
    { ProcessId: 1, StartedMs: 1_795_250_000_123 },
    { ProcessId: 2, CreationTicks: 134_397_236_001_237_500 },
  ])
  expect(ms?.startedMs).toBe(1_795_250_000_123)
  expect(ticks?.startedMs).toBe(1_795_250_000_123)
})

test('what fails is told: PowerShell makes null of a property that fails, but not of a method', () => {
  const script = endScript(12, 1_795_250_000_123)
  expect(script).toMatch(/get_Handle\(\)[\s\S]*get_StartTime\(\)[\s\S]*get_HasExited\(\)/)
  expect(script).not.toMatch(/\.(Handle|StartTime|HasExited)\b/)
  expect(lookScript(['tasks'])).toMatch(/if \(-not \(\$xml -and \$definition\)\) \{ throw }/)
})

test('nothing but its answer comes out of a part: what connects to the scheduler may hand out null', () => {
  expect(lookScript(['tasks'])).toContain('[void]$scheduler.Connect()')
})

test('names of services and keys are no patterns', () => {
  expect(lookScript(['starts'])).not.toMatch(/Get-Item(Property)? (?!-LiteralPath)/)
})

test('each script says what it is for, and fits into one line of cmd.exe', () => {
  const scripts = [
    lookScript(MAIN_PARTS),
    lookScript(['starts']),
    lookScript(['ports']),
    endScript(4_294_967_292, 1_795_250_000_123),
  ]
  expect(scripts.map(script => script.split('\n')[0])).toEqual([
    '# ocm:look processes tasks ports account',
    '# ocm:look starts',
    '# ocm:look ports',
    '# ocm:end 4294967292 1795250000123',
  ])
  for (const script of scripts) {
    expect(powershellCommand(script).join(' ').length).toBeLessThan(8191)
    // Windows PowerShell 5.1 does not know these.
    expect(script).not.toMatch(/\?\?|\?\.|&&|\|\|/)
  }
})
