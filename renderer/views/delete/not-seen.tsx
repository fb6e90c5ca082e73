import { CircleHelp } from 'lucide-react'
import type { Deletion } from '../../../shared/deletion'

/** What could not be looked at. What was not seen is not counted as absent. */
export function NotSeen({ notSeen }: Pick<Deletion, 'notSeen'>) {
  if (notSeen.length === 0) return null
  return (
    <section className="callout attention" aria-label="Not seen">
      <CircleHelp size={16} aria-hidden="true" />
      <div>
        <p className="title">Not everything could be looked at</p>
        <ul>
          {notSeen.map(({ what, why }) => (
            <li key={what} className="selectable">
              {what}: {why}
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}
