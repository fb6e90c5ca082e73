import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../components/controls'
import { counted } from '../../lib/format'
import { nextRemoval } from '../../removal'
import { useApp } from '../../store/app'
import { ConfirmDeletion } from './confirm'

interface FootProps {
  readonly nodeId: string
  readonly onClose: () => void
}

/** What can be done with the preview. The red button only asks for the name; nothing starts before that. */
export function DeletionFoot({ nodeId, onClose }: FootProps) {
  const plan = useApp(app => app.plan)
  const state = useApp(app => app.planState)
  const waiting = useApp(app => app.removalQueue.length)
  const label = useApp(app => app.nodes[nodeId]?.record.label ?? '')
  const [isAsking, setIsAsking] = useState(false)
  const blockers = plan?.blockers.length ?? 0
  const canAsk = plan?.deletion !== undefined && blockers === 0 && state === 'ready'
  return (
    <footer className="sheet-foot">
      <p className="grow soft" role="status">
        {statusOf(state, blockers)}
      </p>
      {waiting > 0 && <Button onPress={() => void nextRemoval()}>Skip {label}</Button>}
      <Button onPress={onClose}>Cancel</Button>
      {plan !== null && (
        <Button look="danger" icon={Trash2} isDisabled={!canAsk} onPress={() => setIsAsking(true)}>
          {plan.kind === 'quarantine' ? `Stop ${label} now…` : `Delete ${label}…`}
        </Button>
      )}
      {isAsking && canAsk && <ConfirmDeletion plan={plan} onClose={() => setIsAsking(false)} />}
    </footer>
  )
}

function statusOf(state: string, blockers: number): string {
  if (state === 'planning') return 'Looking at the node…'
  if (state === 'starting') return 'Looking once more, then starting…'
  if (blockers > 0) return `${counted(blockers, 'thing')} in the way`
  return state === 'ready' ? 'Nothing has changed yet' : ''
}
