import { Download } from 'lucide-react'
import { attempt } from '../../actions'
import { Button } from '../../components/controls'
import { ConditionGlyph } from '../../components/glyph'
import { doubtfulOf } from '../../lib/cleaning'
import { useApp } from '../../store/app'
import type { OrphanGroup } from '../../../shared/cleaning'
import { bytesText } from '../../../shared/units'

interface DoubtfulProps {
  readonly groups: readonly OrphanGroup[]
  readonly nodeId: string
}

/** Folders whose live store is missing or broken: an orphan there may be the only copy, so nothing is touched. */
export function Doubtful({ groups, nodeId }: DoubtfulProps) {
  const notify = useApp(app => app.notify)
  const doubtful = doubtfulOf(groups)
  if (doubtful.length === 0) return null
  const fetchNewest = async (folder: string) => {
    const answer = await attempt('cleaning.fetchNewest', { nodeId, folder })
    if (answer?.value) notify({ tone: 'fine', title: 'The newest copy is saved', text: answer.value })
  }
  return (
    <ul className="callout attention doubtful" aria-label="Not touched">
      {doubtful.map(({ folder, family, store, newest }) => (
        <li key={`${folder} ${family}`} className="row">
          <ConditionGlyph condition="attention" />
          <div className="grow">
            <p className="title">
              {store?.state === 'missing' ? 'The live store is missing' : 'The live store is broken'}
            </p>
            <p className="selectable">
              <code>{store?.path}</code>
              {store?.problem != null && `: ${store.problem}`}. An orphan next to it may be the only copy, so nothing in{' '}
              <code>{folder}</code> is touched.
            </p>
          </div>
          {newest !== null && (
            <Button icon={Download} onPress={() => void fetchNewest(folder)}>
              Fetch the newest, {bytesText(newest.bytes)}…
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}
