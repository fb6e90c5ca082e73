import type { Alert } from '../../shared/watch'

/** Where the window shows exactly this alert. */
export const placeOf = ({ id }: Pick<Alert, 'id'>): string => `alert/${id}`

/** Where the window shows the plan of the clean-up that an alert offers; null when it offers none. */
export function cleanUpPlace({ action, nodeId }: Pick<Alert, 'action' | 'nodeId'>): string | null {
  if (action === 'open') return null
  return `clean/${action === 'clean-orphans' ? 'orphans' : 'processes'}/${nodeId}`
}
