import { describe, expect, test } from 'vitest'
import { isRuleOn, rulesFor } from '../../../main/watch/config'
import { DEFAULT_RULES, WatchConfig } from '../../../shared/watch'
import { failureOf } from '../../helpers/failure'
import { nodeId } from './virtual-fleet'

const config = (change: object) => WatchConfig.parse(change)
const refusal = (rules: object) => failureOf(() => rulesFor(config({ rules }), nodeId(1)))

describe('the rules of a node', () => {
  test('are the defaults where nothing was changed', () => {
    expect(rulesFor(config({}), nodeId(1))).toEqual(DEFAULT_RULES)
  })

  test('take what was changed for all, and over that what was changed for the node', () => {
    const changed = config({
      rules: { orphans: { count: 50, megabytes: 500 }, inodes: { isOn: false } },
      nodes: { [nodeId(1)]: { rules: { orphans: { count: 10 }, inodes: { isOn: true } } } },
    })
    expect(rulesFor(changed, nodeId(1)).orphans).toEqual({ ...DEFAULT_RULES.orphans, count: 10, megabytes: 500 })
    expect(rulesFor(changed, nodeId(2)).orphans).toEqual({ ...DEFAULT_RULES.orphans, count: 50, megabytes: 500 })
    expect([isRuleOn(changed, nodeId(1), 'inodes'), isRuleOn(changed, nodeId(2), 'inodes')]).toEqual([true, false])
  })

  test('fit together only as a whole: a node can make a limit of all wrong', () => {
    const changed = config({
      rules: { orphans: { criticalCount: 200 } },
      nodes: { [nodeId(1)]: { rules: { orphans: { count: 300 } } } },
    })
    expect(() => rulesFor(changed, nodeId(2))).not.toThrow()
    expect(() => rulesFor(changed, nodeId(1))).toThrow('Rule orphans: The critical count is the larger one.')
  })
  test.each([
    [{ orphans: { megabytes: -1 } }, 'Rule orphans, megabytes: at least 1.'],
    [{ 'disk-full': { share: 80 } }, 'Rule disk full, share: at most 1.'],
    [{ 'disk-full': { share: 0.95 } }, 'Rule disk full: The critical share is the larger one.'],
    [{ 'disk-forecast': { hours: 1 } }, 'Rule disk forecast: Critical comes later: in fewer hours.'],
    [{ 'runaway-processes': { count: 2.5 } }, 'Rule runaway processes, count: a whole number.'],
    [{ 'runaway-processes': { count: 2e6 } }, 'Rule runaway processes, count: at most 1000000.'],
    [{ 'disk-growth': { megabytesPerHour: true } }, 'Rule disk growth, megabytes per hour: a number.'],
    [{ inodes: { isOn: 1 } }, 'Rule inodes, is on: on or off.'],
    [{ 'host-key': { colour: 3 } }, 'Rule host key: there is no limit "colour".'],
    [{ unreachable: { raiseAfter: 0 } }, 'Rule unreachable, raise after: at least 1.'],
  ])('that make no sense are refused by their names: %j', async (rules, message) => {
    const failure = await refusal(rules)
    expect(failure).toMatchObject({ code: 'bad-input' })
    expect(failure.message).toBe(message)
  })

  test('that are wrong in several places are told of at once', async () => {
    const failure = await refusal({ orphans: { count: 0 }, inodes: { share: 2 } })
    expect(failure.message).toBe('Rule orphans, count: at least 1. Rule inodes, share: at most 1.')
  })
})
