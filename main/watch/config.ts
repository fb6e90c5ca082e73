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
  throw new AppError('bad-input', [...new Set(parsed.error.issues.map(issueText))].join(' '))
}

/** Whether a rule is on for a node, without a look at its limits. */
export function isRuleOn(config: WatchConfig, nodeId: string, rule: RuleId): boolean {
  return (config.nodes[nodeId]?.rules[rule]?.isOn ?? config.rules[rule]?.isOn ?? true) === true
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code: string
  readonly keys?: readonly string[]
}

/** `orphans: megabytes: Too small: …`; a limit that there is not by its name. */
function issueText({ path, message, code, keys }: Issue): string {
  const where = path.map(String).map(wordsOf).join(', ')
  if (code === 'unrecognized_keys') return `Rule ${where}: there is no limit "${(keys ?? []).join('", "')}".`
  return `Rule ${where}: ${message.replace(/\.$/, '')}.`
}

/** A name as words: `disk-growth` and `megabytesPerHour` alike. */
function wordsOf(name: string): string {
  return name.replaceAll('-', ' ').replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}
