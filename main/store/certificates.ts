import { Certificate } from '../../shared/deletion'
import { z } from 'zod'
import { jsonOf, type Store } from './database'

/** The proofs of deletions. They outlive the nodes they tell of. */
export interface Certificates {
  /** Null when the run has none. */
  get(operationId: string): Certificate | null
  set(certificate: Certificate): void
}

const Row = z.object({ json: jsonOf(Certificate) })

/** Certificates in OCM's database, one for each run. */
export function createCertificates(store: Store): Certificates {
  return {
    get: operationId =>
      store.all(Row, 'SELECT json FROM certificates WHERE operation_id = ?', operationId)[0]?.json ?? null,
    set: certificate => {
      store.run(
        'INSERT OR REPLACE INTO certificates (operation_id, node_id, at, json) VALUES (?, ?, ?, ?)',
        certificate.operationId,
        certificate.node.id,
        certificate.endedAt,
        JSON.stringify(Certificate.parse(certificate)),
      )
    },
  }
}
