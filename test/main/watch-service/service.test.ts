import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Services } from '../../../main/services'
import { commands, type EventData } from '../../../shared/contract'
import type { WatchPoint } from '../../../shared/sample'
import type { Notice } from '../../../shared/watch'
import { failureOf } from '../../helpers/failure'
import { FakeClock } from '../../helpers/fake-clock'
import { leftRunning, open, startYard, untilLive, type Yard } from '../../helpers/nodes'
import { fixtureProgram } from '../../helpers/remote-programs'
import { tempFolder, until } from '../../helpers/temp'

const MINUTE = 60_000

let clock: FakeClock
let yard: Yard
let nodeId: string
beforeEach(async () => {
  clock = new FakeClock()
  yard = await startYard({ count: 2, clock })
  nodeId = yard.record('pc-a').id
  await untilLive(yard.node('pc-a'), yard.node('pc-b'))
})
afterEach(() => yard[Symbol.asyncDispose]())

/** Polls so many times, a minute apart. */
async function poll(times: number): Promise<WatchPoint[]> {
  const points: WatchPoint[] = []
  for (let time = 0; time < times; time++) {
    clock.advance(MINUTE)
    points.push(await yard.services.watcher.pollOnce(nodeId))
  }
  return points
}

/** Notices from now on, as `kind level title`. */
function noticesOf(services: Services): string[] {
  const found: string[] = []
  services.watcher.onNotice(({ kind, level, title }: Notice) => found.push(`${kind} ${level} ${title}`))
  return found
}

/** Nodes with the points that come from now on. */
function pointsOf(services: Services): string[] {
  const found: string[] = []
  services.bus.listen((event, data) => {
    if (event === 'pointAdded') found.push((data as EventData<'pointAdded'>).nodeId)
  })
  return found
}

const openAlerts = () => yard.services.watcher.alerts().filter(({ state }) => state === 'open')

test('a poll tells how the node is, is stored, and leaves nothing running there', async () => {
  const [point] = await poll(1)
  expect(point).toMatchObject({ reach: 'seen', spanMs: 0, at: clock.now() })
  expect(point?.seen).toMatchObject({ version: '2026.9.6', lastBackupAt: null })
  expect(point?.seen?.gateways).toMatchObject([{ profile: 'default', health: 'live' }])
  await until(() => leftRunning(yard.node('pc-a')).length === 0)
  expect(yard.services.watcher.history(nodeId, 'day').points).toEqual([point])
  await poll(2)
  await yard.reopen()
  expect(yard.services.watcher.history(nodeId, 'day').points).toHaveLength(3)
})

test('two polls of one node are one', async () => {
  const [one, other] = await Promise.all([
    yard.services.watcher.pollOnce(nodeId),
    yard.services.watcher.pollOnce(nodeId),
  ])
  expect(one).toBe(other)
  expect(yard.services.watcher.history(nodeId, 'day').points).toHaveLength(1)
})

test('an incident is told once, also over a restart of OCM, and its end is kept', async () => {
  const notices = noticesOf(yard.services)
  await yard.node('pc-a').fault('offline')
  const points = await poll(4)
  expect(points.map(({ reach }) => reach)).toEqual(Array(4).fill('unreachable'))
  expect(notices).toHaveLength(1)
  expect(openAlerts()).toMatchObject([{ rule: 'unreachable', nodeId }])
  expect(yard.services.watcher.state()).toMatchObject({ worst: openAlerts()[0]?.level, isOffline: false })
  const [before] = openAlerts()

  await yard.reopen()
  const after = noticesOf(yard.services)
  expect(openAlerts()).toEqual([before])
  await poll(3)
  expect(after).toEqual([])
  expect(openAlerts().map(({ id }) => id)).toEqual([before?.id])

  await yard.node('pc-a').heal()
  await poll(2)
  expect(openAlerts()).toEqual([])
  expect(yard.services.watcher.alerts()).toMatchObject([{ id: before?.id, state: 'cleared' }])
  expect(yard.services.watcher.history(nodeId, 'day').alerts).toHaveLength(1)
  expect(yard.services.watcher.state().worst).toBe('fine')
})

test('snoozed: the worst is fine while it is quiet; what is not open cannot be snoozed', async () => {
  await yard.node('pc-a').fault('offline')
  await poll(3)
  const [alert] = openAlerts()
  const { watcher } = yard.services
  expect(watcher.snooze(alert?.id ?? '', 'hour').snoozedUntil).toBe(clock.now() + 60 * MINUTE)
  expect(watcher.state().worst).toBe('fine')
  await yard.reopen()
  expect(yard.services.watcher.state().worst).toBe('fine')
  expect(yard.services.watcher.snooze(alert?.id ?? '', null).snoozedUntil).toBeNull()
  expect((await failureOf(() => yard.services.watcher.snooze(nodeId, 'hour'))).code).toBe('not-found')
})

test('another host key: critical at once, and nothing is asked of the node', async () => {
  const notices = noticesOf(yard.services)
  await yard.node('pc-a').fault('change-host-key')
  const [point] = await poll(1)
  expect(point).toMatchObject({ reach: 'host-key-changed', seen: null })
  expect(openAlerts()).toMatchObject([{ rule: 'host-key', level: 'critical' }])
  expect(notices).toHaveLength(1)
  await until(async () => (await yard.services.fleet.view(nodeId)).reach === 'blocked')
})

test.each(['garbage json', 'wrong shape', 'error with an unknown code'])(
  'a node that answers %s is a point too, and the others are polled',
  async attack => {
    using folder = tempFolder()
    const program = folder.join('hostile.cjs')
    writeFileSync(program, `process.env.OCM_ATTACK = '${attack}';${await fixtureProgram('hostile-program')}`)
    await yard.services[Symbol.asyncDispose]()
    await using services = await open(yard.dataDir, program, { clock })
    // The demo's keys and trust are in the data folder.
    const point = await services.watcher.pollOnce(nodeId)
    expect(point).toMatchObject({ reach: 'bad-answer', seen: null })
    clock.advance(MINUTE)
    await services.watcher.checkNow(null)
    expect(services.watcher.history(nodeId, 'day').points).toHaveLength(2)
  },
)

test('a check of all nodes asks sixteen at a time', async () => {
  const { watcher, registry, hostKeys } = yard.services
  let open = 0
  const silent = createServer(() => open++).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { id: _id, ...settings } = yard.record('pc-a')
  const { port } = silent.address() as AddressInfo
  for (let number = 0; number < 20; number++) {
    const { id } = registry.add({ ...settings, label: `silent-${number}`, port })
    hostKeys.trust(id, yard.node('pc-a').hostFingerprint)
  }
  await until(() => watcher.state().watched === 22)
  const checked = watcher.checkNow(null)
  // The two that answer make room for two more.
  await until(() => open >= 14)
  await sleep(300)
  expect(open).toBeLessThanOrEqual(16)
  watcher[Symbol.dispose]()
  await checked
  expect(open).toBeLessThanOrEqual(16)
  silent.close()
})

test('a node that leaves the list is forgotten: points, alerts, settings', async () => {
  const { watcher, registry, store } = yard.services
  watcher.setNode(nodeId, { everySeconds: 30 })
  await yard.node('pc-a').fault('offline')
  await poll(3)
  expect(openAlerts()).toHaveLength(1)
  watcher.history(nodeId, 'day')
  registry.remove(nodeId)
  expect(watcher.alerts()).toEqual([])
  expect(watcher.config().nodes).toEqual({})
  expect(watcher.state()).toMatchObject({ watched: 1, worst: 'fine' })
  const { createWatchStore } = await import('../../../main/watch/store')
  expect(createWatchStore(store).points(nodeId, 0, 0)).toEqual([])
  await yard.reopen()
  expect(yard.services.watcher.alerts()).toEqual([])
})

describe('polling by itself', () => {
  test('every watched node on the whole minute; one that is off the watch is not asked', async () => {
    const { watcher } = yard.services
    const other = yard.record('pc-b').id
    watcher.setNode(other, { isWatched: false })
    const points = pointsOf(yard.services)
    expect(watcher.state()).toMatchObject({ watched: 1, nextAt: null, isPaused: false })
    watcher.start()
    clock.advance(0)
    await until(() => points.length === 1)
    await watcher.settled()
    const { nextAt } = watcher.state()
    expect(nextAt).toBe(Math.ceil(clock.now() / MINUTE) * MINUTE)
    clock.advance(MINUTE)
    await until(() => points.length === 2)
    expect(points).toEqual([nodeId, nodeId])
  })

  test('the node whose page is open is polled faster', () => {
    const { watcher } = yard.services
    watcher.start()
    clock.advance(0)
    watcher.focus(nodeId)
    expect(watcher.state().nextAt).toBe(Math.ceil((clock.now() + 1) / 10_000) * 10_000)
    watcher.focus(null)
    expect(watcher.state().nextAt).toBe((Math.floor(clock.now() / MINUTE) + 1) * MINUTE)
  })

  test('what the open page asks for in between is shown, and neither kept nor counted by the rules', async () => {
    const { watcher } = yard.services
    watcher.setNode(yard.record('pc-b').id, { isWatched: false })
    const shown = pointsOf(yard.services)
    clock.advance(MINUTE - (clock.now() % MINUTE))
    watcher.start()
    watcher.focus(nodeId)
    for (let beats = 1; beats <= 7; beats++) {
      clock.advance(10_000)
      await until(() => shown.length === beats)
      await watcher.settled()
    }
    expect(watcher.history(nodeId, 'day').points).toHaveLength(2)
    await watcher.pollOnce(nodeId)
    expect(watcher.history(nodeId, 'day').points).toHaveLength(3)
  })

  test('paused by the admin, on battery if wished, and during sleep; after that soon again', async () => {
    const { watcher } = yard.services
    watcher.start()
    clock.advance(0)
    const points = pointsOf(yard.services)
    await until(() => points.length === 2)
    await watcher.settled()
    watcher.setConfig({ isPaused: true })
    expect(watcher.state()).toMatchObject({ isPaused: true, pausedBecause: 'admin', nextAt: null })
    clock.advance(10 * MINUTE)
    watcher.setConfig({ isPaused: false })
    watcher.power('on-battery')
    expect(watcher.state().pausedBecause).toBeNull()
    watcher.setConfig({ pausesOnBattery: true })
    expect(watcher.state().pausedBecause).toBe('battery')
    clock.advance(10 * MINUTE)
    watcher.power('on-ac')
    expect(watcher.state().isPaused).toBe(false)
    watcher.power('suspend')
    expect(watcher.state().pausedBecause).toBe('sleep')
    clock.advance(600 * MINUTE)
    expect(points).toHaveLength(2)
    watcher.power('resume')
    expect(watcher.state()).toMatchObject({ isPaused: false, nextAt: clock.now() + 2500 })
    clock.advance(5000)
    await until(() => points.length === 4)
  })

  test('a poll that a sleep interrupts is no sign of a node that is down', async () => {
    await yard.node('pc-a').fault('hang-after-login')
    const { watcher } = yard.services
    const points = pointsOf(yard.services)
    const polled = failureOf(watcher.pollOnce(nodeId))
    watcher.power('suspend')
    expect((await polled).code).toBe('aborted')
    expect(points).toEqual([])
  })
})

describe('settings', () => {
  test('a change names only what changes, also as it comes from the window', () => {
    const { watcher } = yard.services
    watcher.setConfig({
      everySeconds: 120,
      quietHours: { from: '22:00', to: '07:00' },
      rules: { orphans: { count: 7 } },
    })
    const { input } = commands['watch.setConfig']
    expect(watcher.setConfig(input.parse({ isPaused: true }))).toMatchObject({
      isPaused: true,
      everySeconds: 120,
      quietHours: { from: '22:00', to: '07:00' },
      rules: { orphans: { count: 7 } },
    })
    watcher.setNode(nodeId, { everySeconds: 30, isMuted: true })
    const change = commands['watch.setNode'].input.parse({ nodeId, watch: { isMuted: false } })
    expect(watcher.setNode(nodeId, change.watch).nodes[nodeId]).toMatchObject({ everySeconds: 30, isMuted: false })
  })

  test('nonsense is refused with its name, and nothing of it is kept', async () => {
    const { watcher } = yard.services
    const before = watcher.config()
    const wrong = await failureOf(() => watcher.setConfig({ rules: { orphans: { count: 100, criticalCount: 5 } } }))
    expect(wrong.code).toBe('bad-input')
    expect(wrong.message).toMatch(/orphan/i)
    expect((await failureOf(() => watcher.setNode(nodeId, { rules: { 'disk-full': { share: 7 } } }))).code).toBe(
      'bad-input',
    )
    expect((await failureOf(watcher.wouldFire({ nodeId, rules: { inodes: { share: -1 } } }))).code).toBe('bad-input')
    expect(watcher.config()).toEqual(before)
  })

  test('other rules are tried on the stored points without a change', async () => {
    await yard.node('pc-a').fault('offline')
    await poll(4)
    const { watcher } = yard.services
    const fired = await watcher.wouldFire({ nodeId, rules: {} })
    expect(fired).toMatchObject([{ nodeId, rule: 'unreachable', to: null }])
    expect(await watcher.wouldFire({ nodeId: null, rules: { unreachable: { isOn: false } } })).toEqual([])
    expect(watcher.config().rules).toEqual({})
  })
})
