/** How tests on real machines migrate: by the command line, with every question of the plan answered. */
import { expect } from 'vitest'
import { Component } from '../../shared/components'
import type { Operation, Plan } from '../../shared/plan'
import type { Ocm } from '../helpers/ocm'

/** Migrates with every open question answered by `decide`; answers the run. */
export async function migrate(
  ocm: Ocm,
  source: string,
  target: string,
  options: {
    readonly decide?: (decision: Plan['decisions'][number]) => string
    readonly words?: readonly string[]
  } = {},
): Promise<Operation> {
  const words = [...(options.words ?? []), '--components', ...ALL]
  const preview = await ocm.run(['migrate', source, target, '--preview', ...words])
  const plan = preview.json() as Plan
  const choose = options.decide ?? (decision => decision.options[0]?.id ?? '')
  const decided = plan.decisions.filter(one => one.chosen === null).map(one => `${one.id}=${choose(one)}`)
  const answers = decided.length === 0 ? [] : ['--decide', ...decided]
  const ran = await ocm.run(['migrate', source, target, ...words, ...answers])
  expect(ran.code, ran.stderr.slice(-6000)).toBe(0)
  return ran.json() as Operation
}

/** Everything that can be chosen to go along, but media. */
export const ALL: readonly string[] = Component.options.filter(name => name !== 'media')

/** Where a question allows it, what is placed goes below the target's own home. */
export function decideFor(decision: Plan['decisions'][number]): string {
  const below = decision.options.find(option => /state|below|move/.test(option.id))
  return (below ?? decision.options[0])?.id ?? ''
}

/** Ids in a listing of agents, of either generation, in order. */
export function agentIds(json: string): string[] {
  const parsed = JSON.parse(json) as
    readonly { readonly id: string }[] | { readonly agents: readonly { readonly id: string }[] }
  const list = 'agents' in parsed ? parsed.agents : parsed
  return list.map(agent => agent.id).sort()
}
