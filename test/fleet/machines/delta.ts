import type { Recipe } from '../recipe.ts'

/** An empty target of the generation that keeps its state in JSON files. */
export const delta: Recipe = {
  name: 'delta',
  about: 'OpenClaw 2026.5.28 installed, never used: dora, home /srv/dora',
  user: 'dora',
  home: '/srv/dora',
  hostByte: 14,
  layers: ['openclaw-2026.5.28', 'npm', 'node-24', 'debian'],
}
