import type { PlanRequest, Place } from '../store/window'

/** A place from main's words: `fleet`, `alerts`, `alert/<id>`, `node/<id>`, `operation/<id>`. What is not known leads to the fleet. */
export function placeFrom(to: string): Place {
  const [view, id] = to.split('/', 2)
  if ((view === 'node' || view === 'operation' || view === 'alert') && id !== undefined && id !== '')
    return { view, id }
  if (view === 'alerts' || view === 'backups' || view === 'activity' || view === 'settings') return { view }
  return { view: 'fleet' }
}

/** The clean-up that main asks to show: `clean/orphans/<node id>`; undefined for any other place. */
export function cleanUpFrom(to: string): Extract<PlanRequest, { readonly kind: 'clean' }> | undefined {
  const [view, what, nodeId] = to.split('/', 3)
  if (view !== 'clean' || (what !== 'orphans' && what !== 'processes') || nodeId === undefined) return undefined
  return { kind: 'clean', what, nodeId }
}
