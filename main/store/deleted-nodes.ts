import { z } from 'zod'
import { Certificate } from '../../shared/deletion'
import { jsonOf, type Store } from './database'

/** What a certificate says of a node that is in the list no more. */
export type DeletedNode = Certificate['node']

/** Nodes whose record went after a proven deletion. A node that was only forgotten is not among them. */
export interface DeletedNodes {
  get(nodeId: string): DeletedNode | null
  add(node: DeletedNode, at: string): void
}

const Row = z.object({ json: jsonOf(Certificate.shape.node) })

/** Deleted nodes in OCM's database. */
export function createDeletedNodes(store: Store): DeletedNodes {
  return {
    get: nodeId => store.all(Row, 'SELECT json FROM deleted_nodes WHERE node_id = ?', nodeId)[0]?.json ?? null,
    add: (node, at) => {
      store.run(
        'INSERT OR REPLACE INTO deleted_nodes (node_id, at, json) VALUES (?, ?, ?)',
        node.id,
        at,
        JSON.stringify(node),
      )
    },
  }
}
