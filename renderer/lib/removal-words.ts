import type { Removal } from '../../shared/contract'
import { dueTime } from './format'

/** How far a node is on its way out: "Cleaning up, step 4 of 11". */
export function removalWords({ state, step, of, until }: Removal, nowMs: number): string {
  if (state === 'quarantined') return until === null ? 'Quarantined' : `Quarantined until ${dueTime(until, nowMs)}`
  const where = step === null ? '' : `, step ${step} of ${of}`
  return state === 'running' ? `Deletion runs${where}` : `Cleaning up${where}`
}
