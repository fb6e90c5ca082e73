/** All machines by name. */
import type { Recipe } from '../recipe.ts'
import { alpha } from './alpha.ts'
import { beta } from './beta.ts'
import { delta } from './delta.ts'
import { epsilon } from './epsilon.ts'
import { eta } from './eta.ts'
import { gamma } from './gamma.ts'
import { theta } from './theta.ts'
import { zeta } from './zeta.ts'

/** Machines that can be asked for. */
export const MACHINE_NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'] as const
export type MachineName = (typeof MACHINE_NAMES)[number]

/** How each machine is made. */
export const RECIPES: Readonly<Record<MachineName, Recipe>> = { alpha, beta, gamma, delta, epsilon, zeta, eta, theta }

export { ALPHA_BOT_TOKEN } from './alpha.ts'
export { BETA_BOT_TOKEN } from './beta.ts'
export { AGENTS, CRON_JOBS, GATEWAY_PORT } from './state.ts'
