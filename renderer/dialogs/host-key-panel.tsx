import { useState } from 'react'
import { OctagonAlert } from 'lucide-react'
import type { HostKey, TestStage } from '../../shared/node'
import { attempt } from '../actions'
import { Button, Field } from '../components/controls'
import { Copyable } from '../components/copyable'
import { useApp } from '../store/app'

interface HostKeyPanelProps {
  readonly nodeId: string
  readonly label: string
  readonly stage: TestStage
  readonly onTrusted: () => void
  readonly onCancel: () => void
}

/** First contact asks; a changed key blocks, and takes its place only after the node's name is typed. */
export function HostKeyPanel(props: HostKeyPanelProps) {
  const { hostKey } = props.stage
  if (hostKey === undefined) return null
  return props.stage.state === 'changed' ? (
    <ChangedKey {...props} hostKey={hostKey} />
  ) : (
    <FirstKey {...props} hostKey={hostKey} />
  )
}

type KeyProps = HostKeyPanelProps & { readonly hostKey: HostKey }

function FirstKey({ nodeId, label, hostKey, onTrusted, onCancel }: KeyProps) {
  const openDialog = useApp(app => app.openDialog)
  const trust = async () => {
    const answer = await attempt('nodes.trust', { nodeId, fingerprint: hostKey.fingerprint })
    if (answer !== undefined) onTrusted()
  }
  return (
    <section className="host-key" aria-label="Host key">
      <h3>First contact with {label}</h3>
      <p className="soft">
        Compare this fingerprint with the one the machine itself shows. Nothing was sent to it yet, no password and no
        key.
      </p>
      <Fingerprint hostKey={hostKey} />
      <p className="soft small-text">
        Run there: <code>ssh-keygen -lf /etc/ssh/{fileOf(hostKey.type)}</code>
      </p>
      <div className="dialog-actions">
        <Button look="quiet" onPress={() => openDialog({ kind: 'known-hosts', backTo: nodeId })}>
          Import from known_hosts…
        </Button>
        <span className="grow" />
        <Button onPress={onCancel}>Cancel</Button>
        <Button look="primary" onPress={() => void trust()}>
          Trust this key
        </Button>
      </div>
    </section>
  )
}

function ChangedKey({ nodeId, label, hostKey, stage, onTrusted, onCancel }: KeyProps) {
  const [isReplacing, setIsReplacing] = useState(false)
  const [typed, setTyped] = useState('')
  const replace = async () => {
    const answer = await attempt('nodes.trust', { nodeId, fingerprint: hostKey.fingerprint, replace: true })
    if (answer !== undefined) onTrusted()
  }
  return (
    <section className="host-key" aria-label="Host key">
      <div className="callout critical" role="alert">
        <OctagonAlert size={16} aria-hidden="true" />
        <p>
          <span className="title">{label} answered with another host key.</span> It may have been reinstalled, or
          someone is in between. Compare fingerprints before you trust it.
        </p>
      </div>
      {stage.knownHostKey && <Fingerprint title="Known" hostKey={stage.knownHostKey} />}
      <Fingerprint title="Shown now" hostKey={hostKey} />
      {isReplacing && (
        <Field label={`Type ${label} to replace the known key`} value={typed} onChange={setTyped} autoFocus />
      )}
      <div className="dialog-actions">
        <Button onPress={onCancel}>{isReplacing ? 'Cancel' : 'Keep blocked'}</Button>
        {isReplacing ? (
          <Button look="danger" isDisabled={typed !== label} onPress={() => void replace()}>
            Replace the known key
          </Button>
        ) : (
          <Button onPress={() => setIsReplacing(true)}>I have compared them…</Button>
        )}
      </div>
    </section>
  )
}

function Fingerprint({ title, hostKey }: { readonly title?: string; readonly hostKey: HostKey }) {
  return (
    <div className="fingerprint">
      <span className="soft">
        {title !== undefined && `${title} · `}
        {hostKey.type}
      </span>
      <Copyable text={hostKey.fingerprint} what="fingerprint" />
    </div>
  )
}

/** Where OpenSSH keeps the public half of a host key of this type. */
function fileOf(type: string): string {
  const kind = type.includes('ed25519') ? 'ed25519' : type.includes('ecdsa') ? 'ecdsa' : 'rsa'
  return `ssh_host_${kind}_key.pub`
}
