import type { Place } from '../store/window'

/** A place from main's words: `fleet`, `node/<id>`, `operation/<id>`. What is not known leads to the fleet. */
export function placeFrom(to: string): Place {
  const [view, id] = to.split('/', 2)
  if ((view === 'node' || view === 'operation') && id !== undefined && id !== '') return { view, id }
  if (view === 'backups' || view === 'activity' || view === 'settings') return { view }
  return { view: 'fleet' }
}
