import type { z } from 'zod'
import { AppError } from '../../shared/errors'
import { RuleId, Rules, type WatchConfig } from '../../shared/watch'

/**
 * The rules that hold for a node: the defaults, what was changed for all, what was changed for it.
 * @throws AppError `bad-input` naming the rule and the limit that is wrong.
 */
export function rulesFor(config: WatchConfig, nodeId: string): Rules {
  const own = config.nodes[nodeId]?.rules ?? {}
  const merged = Object.fromEntries(RuleId.options.map(rule => [rule, { ...config.rules[rule], ...own[rule] }]))
  const parsed = Rules.safeParse(merged)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  // How limits compare tells nothing while one of them is wrong by itself.
  const isWrong = new Set(issues.filter(({ path }) => path.length > 1).map(({ path }) => path[0]))
  const telling = issues.filter(({ path }) => path.length > 1 || !isWrong.has(path[0]))
  throw new AppError('bad-input', telling.map(problemText).join(' '))
}

/** Whether a rule is on for a node, without a look at its limits. */
export function isRuleOn(config: WatchConfig, nodeId: string, rule: RuleId): boolean {
  return (config.nodes[nodeId]?.rules[rule]?.isOn ?? config.rules[rule]?.isOn ?? true) === true
}

/** `Rule disk full, share: at most 1.` */
function problemText(issue: z.core.$ZodIssue): string {
  return `Rule ${issue.path.map(String).map(wordsOf).join(', ')}: ${problemOf(issue)}.`
}

function problemOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `at least ${issue.minimum}`
    case 'too_big':
      return `at most ${issue.maximum}`
    case 'invalid_type':
      return issue.expected === 'boolean' ? 'on or off' : issue.expected === 'int' ? 'a whole number' : 'a number'
    case 'unrecognized_keys':
      return `there is no limit "${issue.keys.join('", "')}"`
    default:
      return issue.message
  }
}

/** A name as words: `disk-growth` and `megabytesPerHour` alike. */
function wordsOf(name: string): string {
  return name.replaceAll('-', ' ').replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}
