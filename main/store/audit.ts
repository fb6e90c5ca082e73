import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AuditEntry } from '../../shared/contract'
import type { Store } from './database'

/** The log of what was done with OCM: append-only, each entry chained to the one before by a hash. */
export interface Audit {
  append(entry: {
    readonly what: string
    readonly nodeId: string | null
    readonly nodeLabel: string | null
    readonly text: string
  }): AuditEntry
  /** The newest 50, or the 50 before the given `seq`; newest first. */
  list(options?: { readonly before?: number | undefined }): AuditEntry[]
  /** Null when the chain holds; else the first entry that was changed, follows a removed one, or is missing at the end. */
  verify(): null | { readonly seq: number }
}

const PAGE = 50
const GENESIS = '0'.repeat(64)
const COLUMNS = 'seq, at, what, node_id, node_label, text, prev_hash, hash'

const Row = z
  .object({
    seq: z.number().int(),
    at: z.string(),
    what: z.string(),
    node_id: z.string().nullable(),
    node_label: z.string().nullable(),
    text: z.string(),
    prev_hash: z.string(),
    hash: z.string(),
  })
  .transform(row => ({
    previousHash: row.prev_hash,
    entry: {
      seq: row.seq,
      at: row.at,
      what: row.what,
      nodeId: row.node_id,
      nodeLabel: row.node_label,
      text: row.text,
      hash: row.hash,
    } satisfies AuditEntry,
  }))

/** The audit log in OCM's database. `onAdd` hears of each entry after it is stored. */
export function createAudit(store: Store, onAdd: (entry: AuditEntry) => void = () => undefined): Audit {
  const last = () => store.all(Row, `SELECT ${COLUMNS} FROM audit ORDER BY seq DESC LIMIT 1`)[0]

  return {
    append: ({ what, nodeId, nodeLabel, text }) => {
      const entry = store.transaction(() => {
        const before = last()?.entry
        const previousHash = before?.hash ?? GENESIS
        const unsigned = { seq: (before?.seq ?? 0) + 1, at: new Date().toISOString(), what, nodeId, nodeLabel, text }
        const added = AuditEntry.parse({ ...unsigned, hash: hashOf(previousHash, unsigned) })
        store.run(
          `INSERT INTO audit (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          ...[added.seq, added.at, what, nodeId, nodeLabel, text, previousHash, added.hash],
        )
        return added
      })
      onAdd(entry)
      return entry
    },
    list: (options = {}) =>
      store
        .all(
          Row,
          `SELECT ${COLUMNS} FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ${PAGE}`,
          options.before ?? Number.MAX_SAFE_INTEGER,
        )
        .map(row => row.entry),
    verify: () => {
      let seq = 0
      let previousHash = GENESIS
      for (const row of store.all(Row, `SELECT ${COLUMNS} FROM audit ORDER BY seq`)) {
        seq += 1
        const isWhole =
          row.entry.seq === seq &&
          row.previousHash === previousHash &&
          row.entry.hash === hashOf(previousHash, row.entry)
        if (!isWhole) return { seq: row.entry.seq }
        previousHash = row.entry.hash
      }
      return seq < highestEver(store) ? { seq: seq + 1 } : null
    },
  }
}

/** SQLite itself remembers the highest number it gave out, so that a cut-off end shows. */
function highestEver(store: Store): number {
  const rows = store.all(z.object({ seq: z.number() }), "SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
  return rows[0]?.seq ?? 0
}

function hashOf(previousHash: string, entry: Omit<AuditEntry, 'hash'>): string {
  const fields = [entry.seq, entry.at, entry.what, entry.nodeId, entry.nodeLabel, entry.text]
  return createHash('sha256').update(previousHash).update(JSON.stringify(fields)).digest('hex')
}
