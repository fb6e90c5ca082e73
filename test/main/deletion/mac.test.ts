import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test as anywhere, type TestAPI } from 'vitest'
import { DeletionOptions } from '../../../shared/deletion'
import { MINUTE } from '../../../shared/units'
import { breakPs, endByHand, gatewayPids, LABEL, plistText, startMac, type Mac } from '../../helpers/mac'
import { whenStep } from '../../helpers/nodes'
import { skips, unlessLinux } from '../../helpers/requirement'
import { until } from '../../helpers/temp'
import { handOver } from '../../helpers/victim'

const isSkipped = skips('a machine that stands for a Mac', unlessLinux('its stand-ins look into /proc'))
const test: TestAPI = isSkipped ? (anywhere.skip as TestAPI) : anywhere

let mac: Mac

if (!isSkipped) afterEach(() => mac[Symbol.asyncDispose]())

test(
  'a Mac is deleted whole: launchd unloads what it keeps alive, and a witness sees nothing left',
  async () => {
    mac = await startMac()
    const { uid, plist } = mac
    const plan = await mac.plan()
    expect(plan.blockers).toEqual([])
    const commands = plan.steps.flatMap(({ id, action }) =>
      action.type === 'delete' ? action.commands.map(words => [id, ...words].join(' ')) : [],
    )
    expect(commands.filter(line => line.includes('systemctl') || line.includes('loginctl'))).toEqual([])
    expect(commands).toEqual(
      expect.arrayContaining([
        `stop launchctl bootout gui/${uid}/${LABEL}`,
        `disable launchctl disable gui/${uid}/${LABEL}`,
        `remove-units launchctl enable gui/${uid}/${LABEL}`,
      ]),
    )
    expect(plan.steps[0]?.undo).toMatchObject({ commands: [['launchctl', 'bootstrap', `gui/${uid}`, plist]] })
    const run = await mac.run(plan)
    expect(run.proof.filter(row => row.verdict !== 'proven')).toEqual([])
    expect(run).toMatchObject({ state: 'done', error: null })
    expect(mac.left()).toEqual([])
    expect(mac.launchd.state).toEqual({ loaded: [], off: [] })
    expect(existsSync(plist)).toBe(false)
    expect(readFileSync(`${mac.home}/.zshrc`, 'utf8')).toBe("alias ll='ls -l'\n")
    expect(mac.services.certificates.get(run.id)).toMatchObject({ isProven: true })
  },
  2 * MINUTE,
)

test(
  'what launchd keeps alive and does not let go is not deleted, and runs on',
  async () => {
    mac = await startMac()
    const plan = await mac.plan({ waiveBackup: true })
    mac.launchd.refusesBootout = true
    const run = await mac.run(plan)
    expect(run.state).not.toBe('done')
    expect(run.error?.message).toMatch(/not proven stopped.*ai\.openclaw\.gateway is (active|activating)/)
    expect(existsSync(mac.stateDir)).toBe(true)
    await until(() => mac.isLive(), 30_000)
    expect(mac.services.registry.list()).toHaveLength(1)
  },
  2 * MINUTE,
)

test(
  'with nobody at the screen, and its list gone, a loaded service is found and unloaded from the domain of the user',
  async () => {
    mac = await startMac({ hasScreen: false })
    mac.launchd.isOld = true
    rmSync(mac.plist)
    const [pid = 0] = gatewayPids(mac)
    endByHand(pid)
    await until(() => mac.isLive(), 30_000)
    const plan = await mac.plan({ waiveBackup: true })
    expect(plan.steps[0]?.action).toMatchObject({ commands: [['launchctl', 'bootout', `gui/${mac.uid}/${LABEL}`]] })
    const run = await mac.run(plan)
    expect(run).toMatchObject({ state: 'done', error: null })
    expect(mac.left()).toEqual([])
    expect(mac.launchd.state).toEqual({ loaded: [], off: [] })
  },
  2 * MINUTE,
)

test(
  'a launchd that knows no such domain is not believed while the process lives; when that is gone, it is deleted',
  async () => {
    mac = await startMac()
    const plan = await mac.plan({ waiveBackup: true })
    // The session of the screen cannot be reached any more, and keeps its gateway alive.
    mac.launchd.hasScreen = false
    mac.launchd.throttleMs = 3_000
    const run = await mac.run(plan)
    expect(run.state).not.toBe('done')
    expect(run.error?.message).toMatch(/not proven stopped.*\(pid \d+\) runs/)
    expect(existsSync(mac.stateDir)).toBe(true)
    expect(existsSync(mac.plist)).toBe(true)

    mac.launchd.hasScreen = true
    const { operations } = mac.services
    const back = await operations.settled(operations.rollBack(run.id).id)
    expect(back.state).toBe('returned')

    await mac.launchd.answer({ name: 'launchctl', words: ['bootout', `gui/${mac.uid}/${LABEL}`] })
    await until(() => gatewayPids(mac).length === 0)
    mac.launchd.hasScreen = false
    expect(await mac.run(await mac.plan({ waiveBackup: true }))).toMatchObject({ state: 'done', error: null })
    expect(mac.left()).toEqual([])
  },
  2 * MINUTE,
)

test(
  'a deletion whose connection is cut in the midst of it ends in the same proven state after a resume',
  async () => {
    mac = await startMac()
    const plan = await mac.plan({ waiveBackup: true })
    const { services, server } = mac
    using _cut = whenStep(
      services,
      ({ stepId, state }) => stepId === 'remove-units' && state === 'done',
      () => void server.setFault('offline'),
    )
    const run = await mac.run(plan)
    expect(['cleaning-up', 'interrupted']).toContain(run.state)
    expect(services.registry.list()).toHaveLength(1)
    await server.setFault(null)
    const resumed = await mac.resume(run.id)
    expect(resumed).toMatchObject({ state: 'done', error: null })
    expect(mac.left()).toEqual([])
    // What is not there any more is not switched off once more, which would leave a note of it.
    expect(resumed.steps.find(({ stepId }) => stepId === 'disable')?.note).toContain('Was not there any more')
    expect(mac.launchd.state).toEqual({ loaded: [], off: [] })
  },
  2 * MINUTE,
)

test(
  'a list that somebody puts back is named as what is left, an empty list of processes proves nothing, and a second try ends it',
  async () => {
    mac = await startMac()
    const plan = await mac.plan({ waiveBackup: true })
    let broken: Disposable | undefined
    using _back = whenStep(
      mac.services,
      ({ stepId, state }) => stepId === 'verify' && state === 'running',
      () => {
        writeFileSync(mac.plist, plistText(['/bin/sleep', '600']))
        void handOver(mac.plist)
        broken = breakPs(mac)
      },
    )
    const run = await mac.run(plan)
    expect(run.state).toBe('cleaning-up')
    const open = run.proof.filter(row => row.verdict !== 'proven').map(row => row.what)
    expect(open).toEqual(
      expect.arrayContaining([`${LABEL}.plist`, 'Service definitions of OpenClaw', 'Processes of OpenClaw']),
    )
    broken?.[Symbol.dispose]()
    expect(mac.services.registry.list()).toHaveLength(1)
    expect(await mac.resume(run.id)).toMatchObject({ state: 'done', error: null })
    expect(mac.left()).toEqual([])
    expect(mac.launchd.state).toEqual({ loaded: [], off: [] })
  },
  2 * MINUTE,
)

test(
  'a quarantine switches off and unloads, and a release brings back what was',
  async () => {
    mac = await startMac()
    const { deletionPlanner, operations } = mac.services
    const plan = await deletionPlanner.quarantine(mac.nodeId, 7, DeletionOptions.parse({}))
    const started = await operations.run(plan.id, { typedName: 'mac' })
    expect(await operations.settled(started.id)).toMatchObject({ state: 'done', error: null })
    expect(mac.launchd.state).toEqual({ loaded: [], off: [LABEL] })
    expect(gatewayPids(mac)).toEqual([])
    expect(existsSync(mac.plist)).toBe(true)

    mac.launchd.bootstrapsToRefuse = 2
    expect(await mac.run(await deletionPlanner.release(mac.nodeId))).toMatchObject({ state: 'done', error: null })
    expect(mac.launchd.state).toEqual({ loaded: [LABEL], off: [] })
    expect(await mac.isLive()).toBe(true)
  },
  2 * MINUTE,
)
