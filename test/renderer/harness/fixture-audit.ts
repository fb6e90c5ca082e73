import type { AuditEntry } from '../../../shared/contract'
import { MINUTE } from '../../../shared/units'
import { before, idOf } from './fixture-data'

/** A log over three days. */
export function fixtureAudit(): AuditEntry[] {
  const lines: readonly [string, string | null, string][] = [
    ['survey', 'pc-a', 'Checked pc-a in 0.6 s'],
    ['backup', 'pc-a', 'Backed up pc-a: 5,312 files, 873 MB, 12 MB new; verified'],
    ['secret', 'pc-b', 'Lent the password of pc-b for 0.2 s'],
    ['host-key', 'edge-gw', 'Refused edge-gw: its host key has changed'],
    ['migrate', 'pc-b', 'Migrated pc-a to pc-b: 14 of 14 proven'],
    ['node', 'spare', 'Added spare'],
    ['return', 'pc-b', 'Returned pc-b to its safety copy'],
  ]
  return Array.from({ length: 64 }, (_, index) => {
    const [what, nodeLabel, text] = lines[index % lines.length] ?? ['node', null, '']
    return {
      seq: 64 - index,
      at: before(index * 73 * MINUTE),
      what,
      nodeId: nodeLabel === null ? null : idOf('node', 1),
      nodeLabel,
      text,
      hash: (index * 7919).toString(16).padStart(64, '0'),
    }
  })
}
