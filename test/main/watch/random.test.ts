import { describe, expect, test } from 'vitest'
import type { WatchPoint } from '../../../shared/sample'
import { HOUR, MINUTE } from '../../../shared/units'
import type { Level, Notice } from '../../../shared/watch'
import { CoreState } from '../../../main/watch/rules/core'
import { isQuiet } from '../../../main/watch/rules/silence'
import { DAY, disk, family, gateway, GB, MONDAY, seenAt, unseenAt } from './points'
import { nodeId, VirtualFleet } from './virtual-fleet'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const LEVELS: readonly Level[] = ['fine', 'attention', 'critical']
const NODES = 4
const TWO_DAYS = (2 * DAY) / (5 * MINUTE)
const HALF_A_DAY = TWO_DAYS / 4
const config = {
  quietHours: { from: '22:00', to: '06:00' },
  stormLimit: 3,
  everySeconds: 300,
  rules: { orphans: { coolMinutes: 20 }, unreachable: { raiseAfter: 2 } },
}

/** A node that lives through anything: each number hangs about a limit for a while, then about another one. */
function wildPoint(at: number, roll: () => number, mood: readonly number[]): WatchPoint {
  const [reach = 0, free = 0, orphans = 0, runs = 0, health = 0] = mood
  if (roll() < reach * 0.5) return unseenAt(at, roll() < 0.2 ? 'host-key-changed' : 'unreachable')
  const about = (limit: number) => limit * (0.8 + 0.4 * roll())
  return seenAt(at, {
    clock: roll() < 0.01 ? { bootId: `boot-${Math.floor(at / DAY)}` } : {},
    disks: roll() < 0.05 ? [] : [disk(about(free > 0.5 ? 10 : 25) * GB)],
    orphanBytes: about(orphans > 0.5 ? 20 : 1) * GB,
    families: { 'node-run': family(Math.round(about(runs > 0.5 ? 20 : 5))) },
    gateways: [gateway({ health: roll() < health ? 'failing' : 'live', pid: roll() < 0.05 ? null : 700 })],
  })
}

/** Plays `beats` times five minutes of four wild nodes, with snoozes, mutes and a clock that goes back; `each` is called after every step. */
function play(
  seed: number,
  beats: number,
  keepsText: boolean,
  each: (fleet: VirtualFleet, notices: Notice[], at: number) => void,
): VirtualFleet {
  const roll = dice(seed)
  const fleet = new VirtualFleet(config, keepsText)
  const moods = Array.from({ length: NODES + 1 }, () => Array.from({ length: 5 }, roll))
  for (let index = 0; index < beats; index++) {
    const at = MONDAY + index * 5 * MINUTE - (index > beats / 2 ? 3 * HOUR : 0)
    for (let n = 1; n <= NODES; n++) {
      if (roll() < 0.02) moods[n] = Array.from({ length: 5 }, roll)
      each(fleet, fleet.poll(n, wildPoint(at, roll, moods[n] ?? [])), at)
    }
    const open = fleet.open()
    const some = open[Math.floor(roll() * open.length)]
    if (some !== undefined && roll() < 0.05) {
      fleet.snooze(some.id, (['hour', 'tomorrow', 'change'] as const)[Math.floor(roll() * 3)] ?? null, at)
    }
    if (roll() < 0.02) fleet.set({ ...config, nodes: { [nodeId(1)]: { isMuted: roll() < 0.5 } } })
    each(fleet, fleet.tick(at + 3 * MINUTE), at + 3 * MINUTE)
  }
  return fleet
}

const SEEDS = Array.from({ length: 6 }, (_, index) => index + 1)

describe('whatever comes', () => {
  test.each(SEEDS)('no two open alerts are about the same, notices only tell what is new (seed %d)', seed => {
    /** Per alert the worst level that was told since it was last snoozed. */
    const told = new Map<string, Level>()
    const single: number[] = []
    let count = 0
    play(seed, TWO_DAYS, false, (fleet, notices, at) => {
      const keys = fleet.open().map(alert => `${alert.nodeId} ${alert.rule} ${alert.subject}`)
      expect(new Set(keys).size).toBe(keys.length)
      for (const alert of fleet.open()) if (alert.snoozedUntil !== null) told.delete(alert.id)
      for (const notice of notices) {
        count += 1
        for (const id of notice.alertIds) {
          const alert = fleet.alerts.get(id)
          expect(alert).toMatchObject({ state: 'open', isMuted: false, snoozedUntil: null })
          const level = alert?.level ?? 'fine'
          expect(LEVELS.indexOf(level)).toBeGreaterThan(LEVELS.indexOf(told.get(id) ?? 'fine'))
          told.set(id, level)
        }
        if (notice.level === 'attention') expect(isQuiet(fleet.config, at)).toBe(false)
        if (notice.alertIds.length === 1) single.push(at)
      }
    })
    expect(count).toBeGreaterThan(20)
  })

  test.each(SEEDS)('what is critical is told within a minute or two, quiet hours or not (seed %d)', seed => {
    const told = new Set<string>()
    play(seed, TWO_DAYS, false, (fleet, notices, at) => {
      for (const { alertIds } of notices) {
        for (const id of alertIds) if (fleet.alerts.get(id)?.level === 'critical') told.add(id)
      }
      for (const { id, level, changedAt, isMuted, snoozedUntil, rule, subject, nodeId: of } of fleet.open()) {
        if (level !== 'critical' || isMuted || snoozedUntil !== null || at - changedAt < 2 * MINUTE || told.has(id))
          continue
        // The one reason: it was critical right before, and told then.
        expect(fleet.state.nodes[of]?.tracks[`${rule} ${subject}`]?.cooling).toMatchObject({ level: 'critical' })
      }
    })
    expect(told.size).toBeGreaterThan(3)
  })

  test.each(SEEDS.slice(0, 2))('a state that went through its text at every step says the same (seed %d)', seed => {
    const kept: Notice[] = []
    const parsed: Notice[] = []
    const inMemory = play(seed, HALF_A_DAY, false, (_, notices) => kept.push(...notices))
    const throughText = play(seed, HALF_A_DAY, true, (_, notices) => parsed.push(...notices))
    expect(parsed).toEqual(kept)
    expect([...throughText.alerts.values()]).toEqual([...inMemory.alerts.values()])
    expect(CoreState.parse(JSON.parse(JSON.stringify(inMemory.state)))).toEqual(throughText.state)
  })
})
