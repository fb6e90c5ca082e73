import { AppError } from '../../shared/errors'
import { Rules, type WatchConfig } from '../../shared/watch'

/** The rules that hold for a node: the defaults, changed for all, changed for it. @throws AppError `bad-input` naming rule and limit. */
export function rulesFor(config: WatchConfig, nodeId: string): Rules {
  const own = config.nodes[nodeId]?.rules ?? {}
  const merged = Object.fromEntries(
    Object.keys(Rules.shape).map(id => {
      const rule = id as keyof Rules
      return [rule, { ...config.rules[rule], ...own[rule] }]
    }),
  )
  const parsed = Rules.safeParse(merged)
  if (parsed.success) return parsed.data
  throw new AppError('bad-input', parsed.error.issues[0]?.message ?? 'The rules are wrong.')
}
