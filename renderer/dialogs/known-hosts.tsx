import { useState } from 'react'
import type { KnownHostEntry, Output } from '../../shared/contract'
import type { PublicError } from '../../shared/errors'
import { attempt, checkNode } from '../actions'
import { call, problemOf } from '../api'
import { Button, Checkbox } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'
import { ConditionGlyph } from '../components/glyph'
import { Problem } from '../components/problem'
import { counted } from '../lib/format'
import { useApp } from '../store/app'

type Preview = NonNullable<Output<'nodes.readKnownHosts'>>

interface KnownHostsProps {
  /** The node whose connection is tested again afterwards. */
  readonly backTo: string | null
  readonly onClose: () => void
}

/** Takes over host keys that OpenSSH knows. Reads a file only when told to, and shows what it says before anything is trusted. */
export function KnownHosts({ backTo, onClose }: KnownHostsProps) {
  const openDialog = useApp(app => app.openDialog)
  const [preview, setPreview] = useState<Preview | null>(null)
  const [problem, setProblem] = useState<PublicError | null>(null)
  const read = async (from: 'own' | 'dialog') => {
    setProblem(null)
    try {
      const answer = await call('nodes.readKnownHosts', { from })
      if (answer !== null) setPreview(answer)
    } catch (error) {
      setPreview(null)
      setProblem(problemOf(error))
    }
  }
  const close = () => (backTo === null ? onClose() : openDialog({ kind: 'test-node', nodeId: backTo }))
  return (
    <DialogShell title="Import from known_hosts" onClose={close}>
      {problem !== null && <Problem problem={problem} />}
      {preview === null ? (
        <>
          <p>
            OpenSSH keeps the host keys of machines you have logged in to. OCM can take over those of your nodes. You
            see them before anything is trusted.
          </p>
          <div className="dialog-actions">
            <Button onPress={close}>Cancel</Button>
            <Button onPress={() => void read('dialog')}>Choose a file…</Button>
            <Button look="primary" onPress={() => void read('own')}>
              Read ~/.ssh/known_hosts
            </Button>
          </div>
        </>
      ) : (
        <Found key={preview.ticket} preview={preview} onOther={() => void read('dialog')} onClose={close} />
      )}
    </DialogShell>
  )
}

interface FoundProps {
  readonly preview: Preview
  readonly onOther: () => void
  readonly onClose: () => void
}

function Found({ preview, onOther, onClose }: FoundProps) {
  const { ticket, file, entries } = preview
  const notify = useApp(app => app.notify)
  const [chosen, setChosen] = useState(() => entries.filter(({ verdict }) => verdict === 'new').map(one => one.nodeId))
  const toggle = (nodeId: string, isOn: boolean) =>
    setChosen(old => (isOn ? [...old, nodeId] : old.filter(other => other !== nodeId)))
  const trust = async () => {
    const answer = await attempt('nodes.trustKnownHosts', { ticket, nodeIds: chosen })
    if (answer === undefined) return
    notify({ tone: 'fine', title: `${counted(answer.value.length, 'host key')} trusted`, text: '' })
    for (const nodeId of answer.value) void checkNode(nodeId)
    onClose()
  }
  return (
    <>
      <p className="soft">
        {entries.length === 0 ? 'None of your nodes is named in ' : 'What is said of your nodes in '}
        <code>{file}</code>
        {entries.length === 0 && '. Nodes are found by the host and port they have in OCM.'}
      </p>
      {entries.length > 0 && (
        <ul className="known-hosts" aria-label="Host keys found">
          {entries.map(entry => (
            <EntryRow
              key={entry.nodeId}
              entry={entry}
              isChosen={chosen.includes(entry.nodeId)}
              onChange={isOn => toggle(entry.nodeId, isOn)}
            />
          ))}
        </ul>
      )}
      <div className="dialog-actions">
        <Button onPress={onClose}>Cancel</Button>
        <Button onPress={onOther}>Choose another file…</Button>
        <Button look="primary" isDisabled={chosen.length === 0} onPress={() => void trust()}>
          {chosen.length === 0 ? 'Nothing to trust' : `Trust ${counted(chosen.length, 'key')}`}
        </Button>
      </div>
    </>
  )
}

const VERDICTS: Readonly<Record<Exclude<KnownHostEntry['verdict'], 'new'>, string>> = {
  known: 'Trusted already.',
  'known-otherwise': 'OCM trusts another key of this node. That one stays.',
  'shown-otherwise': 'The machine showed another key than this one. Test its connection to compare them.',
}

interface EntryRowProps {
  readonly entry: KnownHostEntry
  readonly isChosen: boolean
  readonly onChange: (isChosen: boolean) => void
}

function EntryRow({ entry, isChosen, onChange }: EntryRowProps) {
  const { label, host, port, hostKey, verdict } = entry
  const name = (
    <>
      <span className="title">{label}</span>{' '}
      <span className="soft">{port === 22 ? host : `${host}, port ${port}`}</span>
    </>
  )
  return (
    <li>
      {verdict === 'new' ? (
        <Checkbox isSelected={isChosen} onChange={onChange}>
          <span>{name}</span>
        </Checkbox>
      ) : (
        <p className="known-host-name">
          <ConditionGlyph condition={verdict === 'known' ? 'fine' : 'attention'} />
          <span>{name}</span>
        </p>
      )}
      <p className="known-host-key">
        <span className="soft">{hostKey.type}</span> <code>{hostKey.fingerprint}</code>
        {verdict !== 'new' && <span className="block">{VERDICTS[verdict]}</span>}
      </p>
    </li>
  )
}
