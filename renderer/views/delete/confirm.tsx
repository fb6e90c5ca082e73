import { TypeName } from '../../dialogs/type-name'
import { counted } from '../../lib/format'
import { runRemoval } from '../../removal'
import type { Plan } from '../../../shared/plan'

interface ConfirmProps {
  readonly plan: Plan
  readonly onClose: () => void
}

/** Asks for the node's name before a deletion or quarantine starts. */
export function ConfirmDeletion({ plan, onClose }: ConfirmProps) {
  const { deletion } = plan
  if (deletion === undefined) return null
  const { confirm, options, isWhole, profiles } = deletion
  const isQuarantine = plan.kind === 'quarantine'
  return (
    <TypeName
      title={isQuarantine ? `Stop ${confirm} now, delete it later?` : `Delete ${confirm}?`}
      name={confirm}
      act={isQuarantine ? `Stop ${confirm}` : `Delete ${confirm}`}
      onConfirm={typed => void runRemoval(typed)}
      onClose={onClose}
    >
      <p>{isQuarantine ? quarantineWords(plan) : plan.sentence}</p>
      {!isWhole && <p>Only these profiles: {profiles.join(', ')}.</p>}
      {options.waiveBackup && (
        <p className="callout critical">Without a backup: what goes cannot be brought back by OCM.</p>
      )}
    </TypeName>
  )
}

function quarantineWords({ steps, sentence }: Plan): string {
  const days = steps.flatMap(({ action }) => (action.type === 'quarantine' ? [action.days] : []))[0]
  return days === undefined
    ? sentence
    : `OpenClaw is stopped and does not start again by itself. After ${counted(days, 'day')} it is deleted. Until then one click brings it back.`
}
