import { Trash2, X } from 'lucide-react'
import { Button } from '../../components/controls'
import { counted } from '../../lib/format'
import { openRemoval } from '../../removal'
import { useApp } from '../../store/app'

/** What can be done with several nodes at once. Each gets a plan and a run of its own. */
export function Selection() {
  const selected = useApp(app => app.selected)
  const clear = useApp(app => app.clearSelected)
  if (selected.length === 0) return null
  return (
    <section className="selection" aria-label="Selected nodes">
      <p className="grow" role="status">
        {counted(selected.length, 'node')} selected
      </p>
      <Button size="small" icon={X} look="quiet" onPress={clear}>
        Clear
      </Button>
      <Button size="small" icon={Trash2} onPress={() => void openRemoval(selected)}>
        Delete…
      </Button>
    </section>
  )
}
