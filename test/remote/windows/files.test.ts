import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { handleRemove } from '../../../remote/remove'
import { handleTraces } from '../../../remote/traces'
import { handleUnhook } from '../../../remote/unhook'
import { handleWalk } from '../../../remote/walk'
import * as answers from '../../fixtures/windows-look'
import { test } from '../../helpers/posix'
import { RemoteSession } from '../../helpers/remote-context'
import { WindowsHome } from '../../helpers/windows'

async function traces() {
  using session = new RemoteSession()
  return (await session.ask(handleTraces, { withSizes: false })).result
}

async function remove(root: string, paths: string[]) {
  using session = new RemoteSession()
  return (await session.ask(handleRemove, { root, paths })).result
}

test('what is named in another case, or with backslashes, is removed; a home and what holds it never', async () => {
  using machine = new WindowsHome()
  machine.write('.openclaw/a/b', 'x')
  const root = join(machine.home, '.openclaw')
  await expect(remove(machine.home, ['.openclaw'])).rejects.toMatchObject({ code: 'guard-refused' })
  await expect(remove(join(machine.home, '..'), ['ada'])).rejects.toMatchObject({ code: 'guard-refused' })
  for (const path of ['..\\x', 'a\\..\\..\\x', 'a:stream', 'a./b', 'nul']) {
    await expect(remove(root, [path]), path).rejects.toMatchObject({ code: 'guard-refused' })
  }
  expect(await remove(root.replaceAll('/', '\\'), ['a\\b'])).toEqual({ removed: 1, bytes: 1, absent: 0 })
  expect(await remove(root, ['.'])).toMatchObject({ removed: 2 })
  expect(existsSync(root)).toBe(false)
})

test('nothing is removed through a link, and a link itself is', async () => {
  using machine = new WindowsHome()
  machine.write('precious/file', 'x')
  machine.write('.openclaw/a', 'x')
  symlinkSync(join(machine.home, 'precious'), join(machine.home, '.openclaw/link'))
  const root = join(machine.home, '.openclaw')
  await expect(remove(root, ['link\\file'])).rejects.toMatchObject({ code: 'guard-refused' })
  expect(await remove(root, ['.'])).toMatchObject({ removed: 3 })
  expect(existsSync(join(machine.home, 'precious/file'))).toBe(true)
})

test('names that Windows programs would take for other files are told, not read', async () => {
  using machine = new WindowsHome()
  machine.write('.openclaw/openclaw.json', '{}')
  machine.write('.openclaw/workspace/plain.md', 'x')
  machine.write('.openclaw/workspace/a:stream', 'x')
  machine.write('.openclaw/workspace/dot.', 'x')
  using session = new RemoteSession()
  const roots = { state: join(machine.home, '.openclaw') }
  const { result, items } = await session.ask(handleWalk, {
    ...{ roots, components: ['gateway', 'workspaces'], withHashes: false, hasRecord: false },
  })
  expect(result.unreadable.map(({ path }) => path).sort()).toEqual(['workspace/a:stream', 'workspace/dot.'])
  const files = items.flatMap(item => item.files)
  expect(files.map(({ path, mode }) => `${path} ${mode.toString(8)}`).sort()).toEqual([
    'openclaw.json 600',
    'workspace 700',
    'workspace/plain.md 600',
  ])
})

test('lines of PowerShell’s profiles are taken out, wherever the documents are; what a person wrote stays', async () => {
  using machine = new WindowsHome()
  const source = `. '${machine.home}/.openclaw/completions/openclaw.ps1'`
  const lines = ['Set-Alias claw openclaw', '', '# OpenClaw Completion', source, ''].join('\r\n')
  const moved = machine.write('Cloud/Docs/WindowsPowerShell/Microsoft.PowerShell_profile.ps1', lines)
  const wide = machine.write('Documents/PowerShell/profile.ps1', Buffer.from('\uFEFFopenclaw status\r\n', 'utf16le'))
  const documents = join(machine.home, 'Cloud/Docs').replaceAll('/', '\\')
  machine.answers(answers.lookAnswer({ account: { documents, path: '' } }))
  const found = (await traces()).traces.filter(({ kind }) => kind === 'shell-lines')
  expect(found.map(({ path, isOwn, lines: own }) => [path, isOwn === true, own.map(({ text }) => text)])).toEqual([
    [moved, false, ['# OpenClaw Completion', source]],
    [moved, true, ['Set-Alias claw openclaw']],
    [wide, true, ['openclaw status']],
  ])
  using session = new RemoteSession()
  const hashes = found[0]?.lines.map(({ sha256 }) => sha256) ?? []
  expect((await session.ask(handleUnhook, { file: moved, lines: hashes })).result).toEqual({ removed: 2, absent: 0 })
  expect(readFileSync(moved, 'utf8')).toBe('Set-Alias claw openclaw\r\n')
  await expect(session.ask(handleUnhook, { file: join(machine.home, 'x.ps1'), lines: hashes })).rejects.toMatchObject({
    code: 'guard-refused',
  })
})

test('leftovers lie where Windows keeps what is temporary; a copy that somebody asked for is none', async () => {
  using machine = new WindowsHome()
  const temporary = 'AppData/Local/Temp'
  for (const name of [
    'openclaw/a.log',
    'openclaw-attach-1/x',
    'node-compile-cache/openclaw/x',
    'openclaw-backup-2026/x',
  ])
    machine.write(`${temporary}/${name}`, 'x')
  machine.write('AppData/Local/OpenClaw/deps/portable-git/x', 'x')
  machine.write('AppData/Local/OpenClawTray/OpenClaw.Tray.WinUI.exe', 'x')
  const app = answers.row(50, 1, 'C:\\x\\OpenClawTray\\OpenClaw.Tray.WinUI.exe')
  const path = 'C:\\tools;C:\\Users\\ada\\.openclaw\\bin'
  machine.answers(answers.lookAnswer({ processes: { rows: [answers.ASKER, app] }, account: { documents: null, path } }))
  const found = await traces()
  const of = (kind: string) => found.traces.filter(trace => trace.kind === kind)
  expect(
    of('leftover')
      .map(trace => trace.path?.slice(machine.home.length) ?? '')
      .sort(),
  ).toEqual([
    '/AppData/Local/OpenClaw/deps/portable-git',
    ...['node-compile-cache/openclaw', 'openclaw', 'openclaw-attach-1'].map(name => `/${temporary}/${name}`),
  ])
  expect(of('package')).toMatchObject([
    { path: join(machine.home, 'AppData/Local/OpenClawTray'), process: { pid: 50 }, uninstall: null },
  ])
  expect(of('process')).toEqual([])
  expect(found.notSeen.map(({ what }) => what)).toContain('The PATH of this account')
})
