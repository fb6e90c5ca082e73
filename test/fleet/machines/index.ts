/** All machines by name. */
import type { Recipe } from '../recipe.ts'
import { alpha } from './alpha.ts'

/** Machines that can be asked for. */
export const MACHINE_NAMES = ['alpha'] as const
export type MachineName = (typeof MACHINE_NAMES)[number]

/** How each machine is made. */
export const RECIPES: Readonly<Record<MachineName, Recipe>> = { alpha }
