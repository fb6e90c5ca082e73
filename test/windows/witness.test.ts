import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { parseLocator } from '../../main/remote/locate'
import { WINDOWS_LOCATOR } from '../../main/remote/locator-scripts'
import { commandScript, runScript, scriptLine } from '../../main/remote/powershell'
import { testimonyFrom, type Questions, type Testimony } from '../../main/remote/testimony'
import { askWindows } from '../../main/remote/witness-windows'
import { endLeftCommands } from '../../main/perform/left-commands'
import { TempFolder } from '../helpers/temp-folder'
import { connection, Gateway, listener, pool, ScheduledTask, StartupEntry } from './machine'

const RUN = '0f3a6c1e-0000-4000-8000-00000000cafe'
const slashed = (path: string): string => path.replaceAll('\\', '/')

async function ask(questions: Questions): Promise<Testimony> {
  const asked: Questions = { platform: 'win32', ...questions }
  return testimonyFrom(await askWindows(connection, asked), asked)
}

test('paths are there or gone, also odd ones and those too long for most programs', async () => {
  using folder = new TempFolder()
  const long = join(folder.path, ...Array<string>(4).fill('long name '.repeat(8).trim()))
  mkdirSync(long, { recursive: true })
  const there = [folder.path, folder.write("größe [1] $x `y it's.txt", ''), long, join(long, 'file')]
  writeFileSync(join(long, 'file'), '')
  const gone = ['none', 'größe [2]', 'none/at/all'].map(name => join(folder.path, name))
  const { system, paths } = await ask({ paths: [...there, ...gone, join(long, 'none')].map(slashed) })
  expect(system).toBe('Windows')
  expect(paths.map(one => one.state === 'known' && one.value)).toEqual([
    ...there.map(() => true),
    ...Array<boolean>(4).fill(false),
  ])
  expect(paths.map(({ state }) => state)).toEqual(Array(8).fill('known'))
})

test('a port is taken, then free', async () => {
  const server = await listener()
  const taken = await ask({ ports: [server.port] })
  await server[Symbol.asyncDispose]()
  expect([taken, await ask({ ports: [server.port] })].flatMap(({ ports }) => ports)).toEqual([
    { state: 'known', value: true },
    { state: 'known', value: false },
  ])
})

test('a process, a task and an entry of Startup are seen, then gone', async () => {
  const [gateway, task, entry] = [new Gateway(), new ScheduledTask(), new StartupEntry()]
  const questions: Questions = {
    tasks: [task.name],
    units: [{ name: task.name, scope: 'user', manager: 'task-scheduler' }],
  }
  const before = await ask(questions)
  execFileSync('schtasks', ['/Change', '/TN', task.name, '/DISABLE'])
  const disabled = await ask(questions)
  for (const one of [gateway, task, entry]) one[Symbol.dispose]()
  await gateway.ended
  const after = await ask(questions)

  expect(before.processes).toMatchObject({ state: 'known' })
  expect(pidsIn(before)).toContain(gateway.pid)
  expect(pidsIn(after)).not.toContain(gateway.pid)
  expect([before, disabled, after].map(({ enabled }) => enabled[0])).toMatchObject([
    { value: true },
    { value: false },
    { value: false },
  ])
  expect(before.tasks).toMatchObject({ value: expect.arrayContaining([task.name]) as unknown })
  expect(after.tasks).toMatchObject({ state: 'known', value: expect.not.arrayContaining([task.name]) as unknown })
  expect(before.units.map(path => path.toLowerCase())).toContain(slashed(entry.path).toLowerCase())
  expect(after.units.map(path => path.toLowerCase())).not.toContain(slashed(entry.path).toLowerCase())
  expect(after.closedUnitFolders).toEqual([])
  for (const part of ['startUpFiles', 'cronLines', 'schedule', 'allCommands'] as const) {
    expect(after[part], part).toMatchObject({ state: 'known' })
  }
})

function pidsIn({ processes }: Testimony): number[] {
  return processes.state === 'known' ? processes.value.map(({ pid }) => pid) : []
}

test('words reach a program as they are, and what it complains of does not end it', async () => {
  const words = [
    "it's ‘odd’",
    '$env:PATH',
    '`whoami`',
    'größe',
    '@(1)',
    '',
    '%PATH%',
    ';',
    'C:\\x y\\z',
    'say "hi" \\"',
  ]
  const print = "process.stdout.write(Buffer.from(JSON.stringify(process.argv.slice(1))).toString('base64'))"
  const printed = await runScript(connection, commandScript([process.execPath, '-e', print, '--', ...words], RUN), {
    limitMs: 60_000,
  })
  expect(JSON.parse(Buffer.from(printed.stdout.toString(), 'base64').toString('utf8'))).toEqual(words)
  const complain = "console.error('one');console.error('two');process.exitCode=3"
  const complained = await runScript(connection, commandScript([process.execPath, '-e', complain], RUN), {
    limitMs: 60_000,
  })
  expect(complained.code).toBe(3)
  expect(complained.stdout.toString() + complained.stderr).toMatch(/one[\s\S]*two/)
})

test('what a run left running is found by its mark and ended', async () => {
  const script = "console.log('on');setInterval(Date,1000)"
  const channel = await connection.open(scriptLine(commandScript([process.execPath, '-e', script], RUN)))
  channel.stdin.end()
  await new Promise(resolve => channel.stdout.once('data', resolve))
  await endLeftCommands('this', RUN, { pool }, 'win32')
  expect((await channel.closed).code).not.toBe(0)
})

test('Node.js is found, each with a path that starts it', async () => {
  const encoded = Buffer.from(WINDOWS_LOCATOR, 'utf16le').toString('base64')
  const channel = await connection.open(`powershell -NoProfile -NonInteractive -EncodedCommand ${encoded}`)
  channel.stdin.end()
  const nodes = parseLocator(await text(channel.stdout))
  expect(nodes.length).toBeGreaterThan(0)
  for (const { path, version } of nodes) {
    expect(execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()).toBe(`v${version}`)
  }
})
