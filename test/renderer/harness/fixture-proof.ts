import type { ProofRow } from '../../../shared/plan'

/** A proof that holds. */
export const PROOF: readonly ProofRow[] = [
  { what: 'Gateway version on port 18889', expected: '2026.9.6', found: '2026.9.6', verdict: 'proven' },
  { what: 'Agents', expected: '2', found: '2', verdict: 'proven' },
  { what: 'Cron jobs', expected: '5', found: '5', verdict: 'proven' },
  { what: 'Channels', expected: '1', found: '1', verdict: 'proven' },
  { what: 'Credentials', expected: '3', found: '3', verdict: 'proven' },
  { what: 'Source-only paths left', expected: '0', found: '0', verdict: 'proven' },
  { what: 'Hashes of carried files', expected: '36 equal', found: '36 equal', verdict: 'proven' },
]
