import { z } from 'zod'
import { Quarantine } from '../../shared/deletion'
import { jsonOf, type Store } from './database'

/** The nodes that were stopped and wait for their deletion. */
export interface Quarantines {
  /** All of them, those due first at the top. */
  list(): readonly Quarantine[]
  get(nodeId: string): Quarantine | null
  set(entry: Quarantine): void
  /** Nothing when there is none. */
  end(nodeId: string): void
}

const Row = z.object({ json: jsonOf(Quarantine) })

/** Quarantines in OCM's database, one for each node; they go with their node. */
export function createQuarantines(store: Store): Quarantines {
  return {
    list: () => store.all(Row, 'SELECT json FROM quarantines ORDER BY until').map(row => row.json),
    get: nodeId => store.all(Row, 'SELECT json FROM quarantines WHERE node_id = ?', nodeId)[0]?.json ?? null,
    set: entry => {
      store.run(
        'INSERT OR REPLACE INTO quarantines (node_id, until, json) VALUES (?, ?, ?)',
        entry.nodeId,
        entry.until,
        JSON.stringify(Quarantine.parse(entry)),
      )
    },
    end: nodeId => {
      store.run('DELETE FROM quarantines WHERE node_id = ?', nodeId)
    },
  }
}
