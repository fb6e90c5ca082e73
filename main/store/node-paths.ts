import { z } from 'zod'
import type { Store } from './database'

/** Where the Node binary of each node was found last. A memory only: it is looked for again when it is gone. */
export interface NodePaths {
  get(nodeId: string): string | null
  set(nodeId: string, path: string): void
}

const Row = z.object({ path: z.string() })

/** Paths in OCM's database; they go with their node. */
export function createNodePaths(store: Store): NodePaths {
  return {
    get: nodeId => store.all(Row, 'SELECT path FROM node_paths WHERE node_id = ?', nodeId)[0]?.path ?? null,
    set: (nodeId, path) => {
      store.run('INSERT OR REPLACE INTO node_paths (node_id, path) VALUES (?, ?)', nodeId, path)
    },
  }
}
