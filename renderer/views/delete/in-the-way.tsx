import { OctagonAlert } from 'lucide-react'
import { checkNode, toggleProtected } from '../../actions'
import { chooseRemoval } from '../../removal'
import { Button } from '../../components/controls'
import { useApp } from '../../store/app'
import type { ErrorCode } from '../../../shared/errors'
import type { Plan } from '../../../shared/plan'

/** Reasons why this deletion cannot run, each with its way out. */
export function InTheWay({ plan, nodeId }: { readonly plan: Plan; readonly nodeId: string }) {
  return plan.blockers.map(({ code, text, wayOut }) => (
    <div key={code + text} className="callout critical" role="alert">
      <OctagonAlert size={16} aria-hidden="true" />
      <div className="grow stack-small">
        <p className="title">{text}</p>
        <p>{wayOut}</p>
        <div className="row wrap">
          <WaysOut nodeId={nodeId} code={code} />
        </div>
      </div>
    </div>
  ))
}

/** Failures that mean the machine could not be reached or entered. */
const OUT_OF_REACH: ReadonlySet<string> = new Set<ErrorCode | 'unreachable' | 'offline'>([
  'name-unknown',
  'connection-refused',
  'connection-lost',
  'handshake-failed',
  'host-key-unknown',
  'host-key-changed',
  'credential-missing',
  'credential-refused',
  'key-unreadable',
  'agent-unavailable',
  'timeout',
  'unreachable',
  'offline',
])

/** True for a failure that says the machine itself was not reached. */
export function isOutOfReach(code: string): boolean {
  return OUT_OF_REACH.has(code)
}

/** The buttons that help with what is in the way. */
export function WaysOut({ nodeId, code }: { readonly nodeId: string; readonly code: string }) {
  const openDialog = useApp(app => app.openDialog)
  const goTo = useApp(app => app.goTo)
  if (code === 'protected') return <Unprotect nodeId={nodeId} />
  if (code === 'key-missing') return <Button onPress={() => goTo({ view: 'backups' })}>Unlock the backups…</Button>
  if (!isOutOfReach(code)) return null
  return (
    <>
      <Button onPress={() => openDialog({ kind: 'test-node', nodeId })}>
        {code.startsWith('host-key') ? 'Compare fingerprints' : 'Test connection'}
      </Button>
      <Button onPress={() => openDialog({ kind: 'forget-node', nodeId })}>Forget without proof…</Button>
    </>
  )
}

/** A protected node is deleted in two thoughts: first the protection goes, then the preview is made anew. */
function Unprotect({ nodeId }: { readonly nodeId: string }) {
  const isProtected = useApp(app => app.nodes[nodeId]?.record.isProtected === true)
  const remove = async () => {
    await toggleProtected(nodeId)
    await checkNode(nodeId)
    await chooseRemoval({})
  }
  return isProtected ? <Button onPress={() => void remove()}>Remove protection</Button> : null
}
