import type { NodeWatch } from '../shared/watch'

/** How a node is watched when nothing of its own was set. Mirrors the defaults in shared/watch, whose schemas stay out. */
export const PLAIN_NODE_WATCH: NodeWatch = {
  isWatched: true,
  everySeconds: null,
  rules: {},
  isMuted: false,
  mutedRules: [],
  automatic: {},
}
