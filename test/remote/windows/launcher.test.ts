import { expect } from 'vitest'
import { isOwnLauncher, launcherIn, readLauncher } from '../../../remote/windows/launcher'
import { gatewayCmd, gatewayVbs } from '../../fixtures/windows-look'
import { test } from '../../helpers/posix'
import { asWindows } from '../../helpers/windows'
import { TempFolder } from '../../helpers/temp-folder'

test.each([
  ['C:\\Users\\ada\\.openclaw\\gateway.vbs', 'C:/Users/ada/.openclaw/gateway.vbs'],
  ['C:\\Users\\Ada Lovelace\\.openclaw\\gateway.vbs', 'C:/Users/Ada Lovelace/.openclaw/gateway.vbs'],
  ['"C:\\Users\\Ada L\\.openclaw-work\\node.cmd"', 'C:/Users/Ada L/.openclaw-work/node.cmd'],
  ['wscript.exe //B "c:\\claw\\gateway.vbs" x', 'C:/claw/gateway.vbs'],
  [
    'C:\\WINDOWS\\system32\\cmd.exe /c ""C:\\Users\\Ada L\\.openclaw\\gateway.cmd""',
    'C:/Users/Ada L/.openclaw/gateway.cmd',
  ],
  ['cmd /d /c C:\\claw\\gateway.cmd', 'C:/claw/gateway.cmd'],
  ['node.exe C:\\x\\openclaw\\dist\\index.js gateway', null],
  ['notepad C:\\claw\\gateway.cmd.txt', null],
  ['gateway.cmd', null],
])('the launcher in %j', (line, path) => {
  expect(launcherIn(line)).toBe(path)
})

test('a launcher tells what it starts and with which variables, through the one that hides it', () => {
  using _ = asWindows()
  using folder = new TempFolder()
  const more = ['set "OPENCLAW_STATE_DIR=D:\\my claw"', 'set "NOTE=100%% ^& more"', 'set PLAIN=1']
  folder.write('gateway.cmd', gatewayCmd(folder.path, 'C:\\npm', more))
  const started = readLauncher(folder.write('gateway.vbs', gatewayVbs(folder.path)))
  expect(started?.words).toEqual([
    'C:/Program Files/nodejs/node.exe',
    'C:/npm/node_modules/openclaw/dist/index.js',
    ...['gateway', '--port', '18789', '--task-supervisor'],
  ])
  expect(Object.fromEntries(started?.environment ?? [])).toEqual({
    ...{ NODE_OPTIONS: '', OPENCLAW_GATEWAY_PORT: '18789', OPENCLAW_SERVICE_MARKER: 'openclaw' },
    ...{ OPENCLAW_SERVICE_KIND: 'gateway', OPENCLAW_STATE_DIR: 'D:\\my claw', NOTE: '100% & more', PLAIN: '1' },
  })
  const start = `@echo off\r\nstart "" /min "C:\\Windows\\system32\\cmd.exe" /d /c "${folder.path}/gateway.cmd"\r\n`
  expect(readLauncher(folder.write('start/OpenClaw Gateway.cmd', start))?.words).toEqual(started?.words)
})

test('launchers that start each other in a circle, or nothing, are none', () => {
  using _ = asWindows()
  using folder = new TempFolder()
  const line = (name: string): string => `start "" cmd /c "${folder.path}/${name}.cmd"\r\n`
  folder.write('node.cmd', line('gateway'))
  expect(readLauncher(folder.write('gateway.cmd', line('node')))).toBeNull()
  expect(readLauncher(folder.write('empty/gateway.cmd', '@echo off\r\n'))).toBeNull()
  expect(readLauncher(`${folder.path}/gone/gateway.cmd`)).toBeNull()
})

test('another program’s gateway.cmd is not OpenClaw’s; one that names it is', () => {
  using folder = new TempFolder()
  expect(isOwnLauncher(folder.write('a/gateway.cmd', 'node proxy.js\r\n'))).toBe(false)
  expect(isOwnLauncher(folder.write('b/gateway.cmd', gatewayCmd('D:\\claw', 'C:\\npm')))).toBe(true)
  expect(isOwnLauncher('C:/Users/ada/.openclaw/gateway.cmd')).toBe(true)
})
