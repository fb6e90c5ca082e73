import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test as anywhere, type TestAPI } from 'vitest'
import { testify, type Questions, type Testimony } from '../../../main/remote/witness'
import { breakPs, gatewayPids, LABEL, plistText, startMac, type Mac } from '../../helpers/mac'
import { skips, unlessLinux } from '../../helpers/requirement'

const isSkipped = skips('a machine that stands for a Mac', unlessLinux('its stand-ins look into /proc'))
const test: TestAPI = isSkipped ? (anywhere.skip as TestAPI) : anywhere

let mac: Mac

if (!isSkipped) {
  beforeAll(async () => {
    mac = await startMac()
  })
  afterAll(() => mac[Symbol.asyncDispose]())
}

const UNIT = { name: LABEL, scope: 'user', manager: 'launchd' } as const
const known = (value: unknown) => ({ state: 'known', value })
const unknown = { state: 'unknown' }

/** What the witness's script tells when dash runs it over SSH with the tools of BSD. */
function look(questions: Questions = {}): Promise<Testimony> {
  return mac.witness(connection => testify(connection, questions))
}

test('sees what launchd has loaded, its list, the process and the port, without any tool of GNU or of Linux', async () => {
  const { plist, gatewayPort } = mac
  const seen = await look({ paths: [plist, '/nowhere'], ports: [gatewayPort, 1], units: [UNIT] })
  expect(seen).toMatchObject({
    system: 'Darwin',
    paths: [known(true), known(false)],
    ports: [known(true), known(false)],
    enabled: [known(true)],
    notes: [known(false)],
    loaded: known([LABEL]),
    linger: known(false),
    schedule: { state: 'known' },
    cronLines: known([]),
    allCommands: known([join(mac.home, '.npm-global/bin/openclaw')]),
    closedUnitFolders: [],
  })
  const pids = seen.processes.state === 'known' ? seen.processes.value.map(({ pid }) => pid) : []
  expect(pids).toEqual(gatewayPids(mac))
  expect(seen.units).toEqual([plist, join(mac.home, '.Trash/com.clawdbot.gateway.plist')])
  expect(seen.startUpFiles).toMatchObject({ value: [{ path: join(mac.home, '.zshrc') }] })
})

test('tells launchd’s notes in the words of old and of new releases', async () => {
  for (const isOld of [false, true]) {
    mac.launchd.isOld = isOld
    await mac.launchd.answer({ name: 'launchctl', words: ['disable', `gui/${mac.uid}/${LABEL}`] })
    expect((await look({ units: [UNIT] })).notes).toEqual([known(true)])
  }
  await mac.launchd.answer({ name: 'launchctl', words: ['enable', `gui/${mac.uid}/${LABEL}`] })
  expect((await look({ units: [UNIT] })).notes).toEqual([known(false)])
})

test('knows nothing of processes when ps shows nothing, nor of services when launchd does not answer', async () => {
  {
    using _broken = breakPs(mac)
    expect((await look()).processes).toMatchObject(unknown)
  }
  using _silent = mac.replaceTool('launchctl', 'echo "launchctl: Operation not permitted" >&2; exit 1')
  const gone = { ...UNIT, name: 'ai.openclaw.work' }
  expect(await look({ units: [gone] })).toMatchObject({ enabled: [unknown], notes: [unknown], loaded: unknown })
})

test('takes a port for free only from a program that shows others', async () => {
  using _netstat = mac.replaceTool('netstat', 'exit 1')
  expect((await look({ ports: [1, mac.gatewayPort] })).ports).toEqual([known(false), known(true)])
  using _lsof = mac.replaceTool('lsof', 'echo "lsof: no permission" >&2; exit 1')
  expect((await look({ ports: [1] })).ports).toMatchObject([unknown])
})

test('names lists of older names', async () => {
  const old = join(mac.home, 'Library/LaunchAgents/bot.molt.gateway.plist')
  writeFileSync(old, plistText(['/bin/true'], 'bot.molt.gateway'))
  expect((await look()).units).toContain(old)
  rmSync(old)
})
