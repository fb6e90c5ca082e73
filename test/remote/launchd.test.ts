import { expect } from 'vitest'
import { labelsIn, loadedServiceIn, saysNoDomain, saysNotLoaded, switchedOffIn } from '../../shared/launchctl'
import { psWords } from '../../shared/ps-words'
import { processesByPs } from '../../remote/processes'
import { isOpenClaw } from '../../remote/recognize'
import { readPlist } from '../../remote/survey/plist'
import { LAUNCHCTL } from '../fixtures/launchctl-words'
import { test } from '../helpers/posix'
import { TempFolder } from '../helpers/temp-folder'

const PRINTED = [
  'gui/501/ai.openclaw.gateway = {',
  '\tactive count = 1',
  '\tpath = (submitted by smd.370)',
  '\tstate = running',
  '',
  '\targuments = {',
  '\t\t/bin/sh',
  '\t\t/Users/ada lovelace/run.sh',
  '\t}',
  '\tendpoints = {',
  '\t\t"x" = {',
  '\t\t\tstate = active',
  '\t\t}',
  '\t}',
  '\tpid = 4242',
  '\tjob state = running',
  '}',
].join('\n')

test('only the service’s own lines count, and a path that is none is not taken for one', () => {
  const words = ['/bin/sh', '/Users/ada lovelace/run.sh']
  expect(loadedServiceIn(PRINTED, 'gui/501')).toEqual({
    ...{ domain: 'gui/501', active: 'active', pid: 4242, path: null, words },
  })
  const waiting = PRINTED.replace('state = running', 'state = spawn scheduled').replace('\tpid = 4242\n', '')
  expect(loadedServiceIn(waiting, 'gui/501')).toMatchObject({ active: 'activating', pid: null })
  const ended = PRINTED.replace('state = running', 'state = not running').replace('\tpid = 4242\n', '')
  expect(loadedServiceIn(ended, 'gui/501')).toMatchObject({ active: 'loaded', pid: null })
})

test('an error of another kind says neither that a service is not loaded nor that it is not switched off', () => {
  expect(saysNotLoaded(LAUNCHCTL.noService('a', 'gui/501', 501).stderr)).toBe(true)
  expect(saysNoDomain(LAUNCHCTL.noService('a', 'gui/501', 501).stderr)).toBe(false)
  expect(saysNoDomain(LAUNCHCTL.noDomain('print').stderr)).toBe(true)
  expect(saysNotLoaded(LAUNCHCTL.bootoutFailed.stderr)).toBe(false)
  expect(switchedOffIn('Operation not permitted')).toBeNull()
  expect(switchedOffIn('\tdisabled services = {\n\t}\n')).toEqual(new Set())
  const lines = ['"a" => enabled', '"b" => disabled', '"c" => true', '"d" => false'].map(line => `\t\t${line}\n`)
  expect(switchedOffIn(`disabled services = {\n${lines.join('')}}`)).toEqual(new Set(['b', 'c']))
  const services = '\tservices = {\n\t\t  12  - \tai.openclaw.gateway\n\t\t   0  - \tcom.apple.x\n\t}\n'
  expect(
    labelsIn(`gui/501 = {\n${services}\tdisabled services = {\n\t\t"ai.openclaw.old" => disabled\n\t}\n}`),
  ).toEqual(['ai.openclaw.gateway'])
})

test('a Node.js below a folder with spaces is still one, and an editor with such a file is not', () => {
  const fnm = '/Users/ada/Library/Application Support/fnm/node-versions/v22/installation'
  expect(isOpenClaw(psWords(`${fnm}/bin/node ${fnm}/lib/node_modules/openclaw/dist/index.js gateway`))).toBe(true)
  expect(isOpenClaw(psWords('/usr/bin/vim /opt/node /x/openclaw/dist/index.js'))).toBe(false)
  expect(psWords('openclaw-gateway')).toEqual(['openclaw-gateway'])
})

test('a list is read by its label, its words and how it starts; a binary one of somebody else is passed over', async () => {
  using folder = new TempFolder()
  const text = `<plist><dict><key>Label</key><string>com.example.claw</string><key>UserName</key><string>ada</string>
    <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict><key>ExitTimeOut</key><integer>5</integer>
    <key>ProgramArguments</key><array><string>/bin/a &amp; b</string></array>
    <key>EnvironmentVariables</key><dict><key>OPENCLAW_PROFILE</key><string>work</string></dict></dict></plist>`
  expect(await readPlist(folder.write('a.plist', text))).toEqual({
    ...{ label: 'com.example.claw', words: ['/bin/a & b'], environment: new Map([['OPENCLAW_PROFILE', 'work']]) },
    ...{ startsItself: true, stopLimitMs: 5000, user: 'ada' },
  })
  const binary = await readPlist(folder.write('b.plist', 'bplist00\u0001com.example.other'))
  expect(binary).toMatchObject({ label: null, words: [], startsItself: false })
})

test('a list of processes without the one that asks is no list', async () => {
  using folder = new TempFolder()
  folder.write('ps', '#!/bin/sh\necho "    1     0     0   100 Sun Nov 22 02:21:09 2026 /sbin/launchd"\n', 0o755)
  const path = process.env['PATH']
  process.env['PATH'] = folder.path
  try {
    await expect(processesByPs()).rejects.toThrow('ps does not show all processes.')
  } finally {
    process.env['PATH'] = path
  }
})
