import { describe, expect, test } from 'vitest'
import { chosenWith, isChosen, ORPHAN_ORDER } from '../../../renderer/lib/cleaning'
import { cleanUpFrom, placeFrom } from '../../../renderer/lib/place'
import {
  COMMON_FIELDS,
  DEFAULTS,
  RULE_ORDER,
  RULE_WORDS,
  valuesOf,
  whyWrong,
  withValue,
  type RuleField,
} from '../../../renderer/lib/rules'
import { diskSeries, nearest, processSeries, stacked, thinned, withGaps } from '../../../renderer/lib/series'
import { PLAIN_NODE_WATCH } from '../../../renderer/watch-defaults'
import type { LeakTree } from '../../../shared/cleaning'
import { OrphanFamily, type WatchedProcess, type WatchPoint } from '../../../shared/sample'
import { DEFAULT_RULES, NodeWatch, RuleId, Rules } from '../../../shared/watch'

describe('what the window knows of rules is what main checks by', () => {
  test('every rule has words, and the same defaults', () => {
    expect([...RULE_ORDER].sort()).toEqual([...RuleId.options].sort())
    expect(DEFAULTS).toEqual(DEFAULT_RULES)
    expect(PLAIN_NODE_WATCH).toEqual(NodeWatch.parse({}))
  })

  test.each(RULE_ORDER)('%s: every limit has a field, and its bounds are those of main', rule => {
    const fields = [...RULE_WORDS[rule].fields, ...COMMON_FIELDS]
    expect(['isOn', ...fields.map(({ key }) => key)].sort()).toEqual(Object.keys(DEFAULT_RULES[rule]).sort())
    for (const field of fields) {
      for (const value of [field.min, field.max, field.min - 0.001, field.max + 1]) {
        expect({ rule, key: field.key, value, isTaken: isTakenByMain(rule, field, value) }).toEqual({
          ...{ rule, key: field.key, value },
          isTaken: whyWrong(field, value) === undefined,
        })
      }
    }
  })

  test('every kind of orphan is offered', () => {
    expect([...ORPHAN_ORDER].sort()).toEqual([...OrphanFamily.options].sort())
  })
})

/** Whether main would take this value, whatever it means together with others. */
function isTakenByMain(rule: RuleId, { key }: RuleField, value: number): boolean {
  const { error } = Rules.shape[rule].safeParse({ [key]: value })
  return error === undefined || !error.issues.some(({ path }) => path.includes(key))
}

describe('changes of rules', () => {
  test('hold only what differs from what is below', () => {
    const forAll = { orphans: { count: 500 } }
    const own = withValue({}, [forAll], ['orphans', 'count', 700])
    expect(own).toEqual({ orphans: { count: 700 } })
    expect(valuesOf('orphans', forAll, own)).toMatchObject({ count: 700, criticalCount: 5000 })
    expect(withValue(own, [forAll], ['orphans', 'count', 500])).toEqual({})
    expect(withValue(own, [forAll], ['orphans', 'isOn', false])).toEqual({ orphans: { count: 700, isOn: false } })
  })

  test('what cannot hold is said', () => {
    const [share, whole] = [RULE_WORDS['disk-full'].fields[0], RULE_WORDS.orphans.fields[0]]
    if (share === undefined || whole === undefined) throw new Error('These rules have limits')
    expect(whyWrong(share, 1.2)).toBe('At most 100 %.')
    expect(whyWrong(share, NaN)).toBe('A number is needed.')
    expect(whyWrong(whole, 2.5)).toBe('A whole number is needed.')
    expect(whyWrong(whole, 0)).toBe('At least 1.')
    expect(whyWrong(whole, 100)).toBeUndefined()
  })
})

const use = (bytes: number) => ({ bytes, diskBytes: bytes, files: 1 })

function point(at: number, seen: Partial<NonNullable<WatchPoint['seen']>> | null): WatchPoint {
  const nothing = {
    clock: { wallMs: at, uptimeMs: at, bootId: 'b' },
    cpus: 1,
    memoryBytes: 1,
    version: null,
    families: {},
    gateways: [],
    disks: [],
    sizes: {},
    orphans: [],
    lastBackupAt: null,
  }
  return { at, reach: seen === null ? 'unreachable' : 'seen', spanMs: 0, seen: seen && { ...nothing, ...seen } }
}

describe('charts', () => {
  test('show what is unknown as unknown, never as nothing', () => {
    const { times, series } = diskSeries([
      point(1000, { sizes: { sessions: use(5), orphans: use(7) } }),
      point(2000, null),
      point(3000, { sizes: { orphans: use(9) } }),
    ])
    expect(times).toEqual([1, 2, 3])
    expect(series.map(({ id, values }) => [id, values])).toEqual([
      ['sessions', [5, null, null]],
      ['orphans', [7, null, 9]],
    ])
    expect(stacked({ times, series }).series.map(({ values }) => values)).toEqual([
      [5, null, 0],
      [12, null, 9],
    ])
  })

  test('name leaked processes only where there are some', () => {
    const family = { count: 3, leaked: 0, agesMs: [], cpuShare: null, rssBytes: 1 }
    expect(processSeries([point(0, { families: { 'node-run': family } })]).series.map(({ id }) => id)).toEqual([
      'gateway',
      'node-hosts',
    ])
    const leaky = point(0, { families: { 'node-run': { ...family, leaked: 2 } } })
    expect(processSeries([leaky]).series.at(-1)).toMatchObject({ id: 'leaked', values: [2] })
  })

  test('do not bridge a time when nothing was measured', () => {
    const times = [0, 60_000, 120_000, 180_000, 3_600_000, 3_660_000].map(at => point(at, {}))
    expect(withGaps(times).map(({ at, seen }) => (seen === null ? `gap ${at}` : at))).toEqual([
      0,
      60_000,
      120_000,
      180_000,
      'gap 240000',
      3_600_000,
      3_660_000,
    ])
  })

  test('find the moment under a pointer, and thin a table evenly', () => {
    expect([nearest([1, 2, 10], 5), nearest([1, 2, 10], 7), nearest([], 1)]).toEqual([1, 2, -1])
    expect(thinned(3, 25)).toEqual([0, 1, 2])
    expect(thinned(101, 5)).toEqual([0, 25, 50, 75, 100])
  })
})

describe('places that main asks for', () => {
  test('lead to alerts and to clean-ups', () => {
    expect(placeFrom('alert/7')).toEqual({ view: 'alert', id: '7' })
    expect(placeFrom('alerts')).toEqual({ view: 'alerts' })
    expect(cleanUpFrom('clean/orphans/7')).toEqual({ kind: 'clean', what: 'orphans', nodeId: '7' })
    expect(cleanUpFrom('clean/everything/7')).toBeUndefined()
    expect(cleanUpFrom('node/7')).toBeUndefined()
  })
})

describe('choosing processes', () => {
  const process = (pid: number, verdict: WatchedProcess['verdict']) => ({ pid, startedAtTicks: pid, verdict })
  const tree = (rootPid: number, isLeaked = true): LeakTree =>
    ({
      ...{ family: 'node-run', rootPid, isLeaked },
      processes: [process(rootPid, isLeaked ? 'leaked' : 'owned')],
    }) as unknown as LeakTree
  const trees = [tree(1), tree(2), tree(3, false)]

  test('begins with all that are leaked, and never takes another', () => {
    expect(trees.map(one => isChosen(one, null))).toEqual([true, true, false])
    const [first, , owned] = trees
    if (first === undefined || owned === undefined) throw new Error('There are three')
    expect(chosenWith(trees, null, first)).toEqual([{ pid: 2, startedAtTicks: 2 }])
    expect(chosenWith(trees, [{ pid: 2, startedAtTicks: 2 }], first).map(({ pid }) => pid)).toEqual([1, 2])
    expect(chosenWith(trees, [], owned)).toEqual([])
  })
})
