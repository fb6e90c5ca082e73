import type { Recipe } from '../recipe.ts'
export const alpha: Recipe = { name: 'alpha', user: 'ada', home: '/home/ada', hostByte: 11, about: 'x', layers: ['openclaw-2026.9.6', 'npm', 'node-26', 'debian'] }
