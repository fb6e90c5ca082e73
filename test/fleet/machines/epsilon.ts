import type { Recipe } from '../recipe.ts'

/** A target that has Node and npm, and no OpenClaw; npm finds a registry. */
export const epsilon: Recipe = {
  name: 'epsilon',
  about: 'Node 26 and npm, no OpenClaw: eve',
  user: 'eve',
  home: '/home/eve',
  hostByte: 15,
  layers: ['npm', 'node-26', 'debian'],
}
