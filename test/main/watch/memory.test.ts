import { expect, test } from 'vitest'
import { remember } from '../../../main/watch/rules/memory'
import type { Memory } from '../../../main/watch/rules/state'
import { MINUTE } from '../../../shared/units'
import { DEFAULT_RULES } from '../../../shared/watch'
import { family, MONDAY, seenAt } from './points'

const rules = { ...DEFAULT_RULES, 'growing-processes': { ...DEFAULT_RULES['growing-processes'], over: 4 } }

/** What is remembered of a family after each of these counts. */
function climbsOf(counts: readonly number[]): unknown[] {
  let memory: Memory | undefined
  return counts.map((count, index) => {
    const at = MONDAY + index * MINUTE
    memory = remember(memory, seenAt(at, { families: { 'node-run': family(count) } }).seen, rules, 1, at)
    return memory.climbs['node-run']
  })
}

test('a climb is remembered as far as the rule looks back, and no further', () => {
  expect(climbsOf([1, 2, 2, 3, 3, 3, 3, 5, 4])).toEqual([
    [[1, 1]],
    [
      [1, 1],
      [2, 1],
    ],
    [
      [1, 1],
      [2, 2],
    ],
    [
      [1, 1],
      [2, 2],
      [3, 1],
    ],
    [
      [2, 2],
      [3, 2],
    ],
    [
      [2, 1],
      [3, 3],
    ],
    [[3, 4]],
    [
      [3, 3],
      [5, 1],
    ],
    [[4, 1]],
  ])
})
