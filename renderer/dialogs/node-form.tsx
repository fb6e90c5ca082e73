import { useRef, useState, type SyntheticEvent, type RefObject } from 'react'
import { Form, RadioGroup } from 'react-aria-components'
import type { Sent } from '../../shared/contract'
import type { PublicError } from '../../shared/errors'
import type { Auth, NodeRecord, SecretKind } from '../../shared/node'
import { call, problemOf } from '../api'
import { Button, Checkbox, Field, Option } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'
import { Problem } from '../components/problem'
import { useApp } from '../store/app'
import { SecretField } from './secret-field'

type NodeInput = Sent<'nodes.add'>
type Method = Auth['method']

/** Fields as typed. No secret is ever among them. */
interface Draft {
  readonly label: string
  readonly host: string
  readonly port: string
  readonly user: string
  readonly tags: string
  readonly method: Method
  readonly keyPath: string
  readonly isProtected: boolean
}

const EMPTY: Draft = {
  label: '',
  host: '',
  port: '22',
  user: '',
  tags: '',
  method: 'password',
  keyPath: '',
  isProtected: false,
}

function draftOf(record: NodeRecord | undefined): Draft {
  if (record === undefined) return EMPTY
  const { label, host, port, user, tags, auth, isProtected } = record
  const keyPath = auth.method === 'key' ? auth.keyPath : ''
  return { label, host, port: String(port), user, tags: tags.join(', '), method: auth.method, keyPath, isProtected }
}

function inputOf(draft: Draft): NodeInput {
  const { label, host, user, port, method, keyPath, isProtected } = draft
  const tags = draft.tags.split(',').map(tag => tag.trim())
  const auth: Auth = method === 'key' ? { method, keyPath } : { method }
  return { label, host, user, port: Number(port), auth, isProtected, tags: tags.filter(tag => tag !== '') }
}

/** The secret inputs by kind. Values go from the element to main and are wiped; React never holds them. */
type SecretInputs = Readonly<Record<SecretKind, RefObject<HTMLInputElement | null>>>

async function sendSecrets(nodeId: string, inputs: SecretInputs): Promise<void> {
  for (const kind of ['password', 'passphrase', 'sudo'] as const) {
    const input = inputs[kind].current
    if (input === null || input.value === '') continue
    const secret = input.value
    input.value = ''
    await call('nodes.setSecret', { nodeId, kind, secret })
  }
}

interface NodeFormProps {
  readonly nodeId: string | null
  readonly onClose: () => void
}

/** Adds a node or edits one. After saving, its connection is tested. */
export function NodeForm({ nodeId, onClose }: NodeFormProps) {
  const view = useApp(app => (nodeId === null ? undefined : app.nodes[nodeId]))
  const openDialog = useApp(app => app.openDialog)
  const [draft, setDraft] = useState(() => draftOf(view?.record))
  const [savedId, setSavedId] = useState(nodeId)
  const [problem, setProblem] = useState<PublicError | null>(null)
  const [isSaving, setIsSaving] = useState(false)
  const secrets: SecretInputs = {
    password: useRef<HTMLInputElement>(null),
    passphrase: useRef<HTMLInputElement>(null),
    sudo: useRef<HTMLInputElement>(null),
  }
  const change = (part: Partial<Draft>) => setDraft(old => ({ ...old, ...part }))
  const save = async (): Promise<void> => {
    setIsSaving(true)
    setProblem(null)
    try {
      const id = savedId ?? (await call('nodes.add', inputOf(draft))).id
      if (savedId !== null) await call('nodes.edit', { nodeId: savedId, input: inputOf(draft) })
      // Added but a secret was refused: the next attempt edits, so that no second node appears.
      setSavedId(id)
      await sendSecrets(id, secrets)
      openDialog({ kind: 'test-node', nodeId: id })
    } catch (error) {
      setProblem(problemOf(error))
      setIsSaving(false)
    }
  }
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault()
    void save()
  }
  return (
    <DialogShell title={nodeId === null ? 'Add node' : `Edit ${view?.record.label ?? 'node'}`} onClose={onClose}>
      <Form className="form" onSubmit={onSubmit}>
        <Place draft={draft} onChange={change} />
        <Login draft={draft} onChange={change} stored={view?.secrets ?? []} secrets={secrets} />
        <Checkbox isSelected={draft.isProtected} onChange={isProtected => change({ isProtected })}>
          <span>
            Protected <span className="soft">— nothing is placed on this node until you lift it</span>
          </span>
        </Checkbox>
        {problem !== null && <Problem problem={problem} />}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" isDisabled={isSaving}>
            Save and test
          </Button>
        </div>
      </Form>
    </DialogShell>
  )
}

interface PartProps {
  readonly draft: Draft
  readonly onChange: (part: Partial<Draft>) => void
}

function Place({ draft, onChange }: PartProps) {
  return (
    <>
      <div className="form-row two">
        <Field
          label="Name"
          value={draft.label}
          onChange={label => onChange({ label })}
          isRequired
          autoFocus
          maxLength={64}
        />
        <Field label="Tags" value={draft.tags} onChange={tags => onChange({ tags })} placeholder="production, office" />
      </div>
      <div className="form-row host">
        <Field
          label="Host"
          value={draft.host}
          onChange={host => onChange({ host })}
          placeholder="Name or address"
          isRequired
          autoCorrect="off"
          spellCheck="false"
        />
        <Field
          label="Port"
          value={draft.port}
          onChange={port => onChange({ port })}
          isRequired
          inputMode="numeric"
          pattern="[0-9]{1,5}"
        />
        <Field
          label="User"
          value={draft.user}
          onChange={user => onChange({ user })}
          isRequired
          autoCorrect="off"
          spellCheck="false"
        />
      </div>
    </>
  )
}

const METHODS: readonly (readonly [Method, string])[] = [
  ['password', 'Password'],
  ['key', 'Private key'],
  ['agent', 'ssh-agent'],
]

interface LoginProps extends PartProps {
  readonly stored: readonly SecretKind[]
  readonly secrets: SecretInputs
}

function Login({ draft, onChange, stored, secrets }: LoginProps) {
  const { method } = draft
  const hasKeychain = useApp(app => app.info?.keychain.state === 'ok')
  const field = (kind: SecretKind) => ({ inputRef: secrets[kind], isStored: stored.includes(kind) })
  return (
    <fieldset className="fieldset">
      <legend className="visually-hidden">Login</legend>
      <RadioGroup
        aria-label="Authentication"
        className="segments"
        orientation="horizontal"
        value={method}
        onChange={value => onChange({ method: value as Method })}
      >
        {METHODS.map(([value, words]) => (
          <Option key={value} value={value} className="segment">
            {words}
          </Option>
        ))}
      </RadioGroup>
      {method === 'password' && <SecretField label="Login password" {...field('password')} />}
      {method === 'key' && (
        <div className="form-row two">
          <Field
            label="Path of the private key"
            value={draft.keyPath}
            onChange={keyPath => onChange({ keyPath })}
            placeholder="~/.ssh/id_ed25519"
            isRequired
          />
          <SecretField label="Passphrase (if it has one)" {...field('passphrase')} />
        </div>
      )}
      {method === 'agent' && <p className="soft">The keys of the ssh-agent running on this computer are used.</p>}
      <SecretField label="Sudo password (optional)" {...field('sudo')} />
      <p className="soft small-text">
        {hasKeychain
          ? 'Secrets go straight into the keychain. This window cannot read them back.'
          : 'Secrets are kept only until OCM ends: there is no keychain in use. This window cannot read them back.'}
      </p>
    </fieldset>
  )
}
