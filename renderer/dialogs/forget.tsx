import { forgetWithoutProof } from '../removal'
import { useApp } from '../store/app'
import { TypeName } from './type-name'

interface ForgetProps {
  readonly nodeId: string
  readonly onClose: () => void
}

/** Gives up on a machine that does not come back: the record goes, and nothing is proven about the machine. */
export function ForgetNode({ nodeId, onClose }: ForgetProps) {
  const view = useApp(app => app.nodes[nodeId])
  if (view === undefined) return null
  const { label } = view.record
  return (
    <TypeName
      title={`Forget ${label} without proof?`}
      name={label}
      act="Forget without proof"
      onConfirm={typed => void forgetWithoutProof(nodeId, typed)}
      onClose={onClose}
    >
      <p>
        This is not a deletion. Nothing on {label} is stopped or removed: OpenClaw, its bots and its secrets may still
        be there and may still run.
      </p>
      <p>
        OCM forgets the node and the secrets it kept for it. Its backups stay. The audit log says that nothing was
        proven.
      </p>
    </TypeName>
  )
}
