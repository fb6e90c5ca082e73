import { ExternalLink } from 'lucide-react'
import { attempt } from '../../actions'
import { Button } from '../../components/controls'
import { span } from '../../lib/format'
import { COMPONENTS } from '../../lib/words'
import { labelOf } from '../../lib/run'
import { useApp } from '../../store/app'
import type { DeletionItem } from '../../../shared/deletion'
import type { Action, Step } from '../../../shared/plan'
import { Removes } from './removes'

interface StepDetailProps {
  readonly step: Step
  /** What a deletion found, of which the step names its own. */
  readonly items: readonly DeletionItem[]
}

/** Exactly what a step does, how it is checked, and how it is taken back. */
export function StepDetail({ step, items }: StepDetailProps) {
  return (
    <dl className="step-detail">
      <div>
        <dt>What</dt>
        <dd>{step.detail}</dd>
      </div>
      {hasMore(step.action) && (
        <div>
          <dt>Exactly</dt>
          <dd>
            <ActionDetail action={step.action} items={items} />
          </dd>
        </div>
      )}
      <div>
        <dt>Checked by</dt>
        <dd>{step.probe}</dd>
      </div>
      <div>
        <dt>Limit</dt>
        <dd>
          {span(step.limitMs)}
          {step.isCritical && '; nothing after it runs unless it is proven'}
        </dd>
      </div>
      {step.undo && (
        <div>
          <dt>Taken back by</dt>
          <dd>
            <ActionDetail action={step.undo} items={items} />
          </dd>
        </div>
      )}
    </dl>
  )
}

/** False for a step of which the words above say all: no command is run for it, and no path is its own. */
function hasMore(action: Action): boolean {
  const isBare = action.type === 'delete' || action.type === 'quarantine'
  return !isBare || action.commands.length + action.items.length > 0
}

interface ActionDetailProps {
  readonly action: Action
  readonly items: readonly DeletionItem[]
}

function ActionDetail({ action, items }: ActionDetailProps) {
  const nodes = useApp(app => app.nodes)
  const at = 'nodeId' in action ? labelOf(nodes, action.nodeId) : ''
  switch (action.type) {
    case 'service':
    case 'command':
      return <Commands at={at} commands={action.commands} />
    case 'capture':
      return (
        <>
          Read from {at}: {action.components.map(component => COMPONENTS[component].toLowerCase()).join(', ')}
        </>
      )
    case 'place':
      return <>{`${PLACE_WORDS[action.verb]} ${at}`}</>
    case 'http':
      return (
        <code>
          GET http://127.0.0.1{action.path} on {at}
        </code>
      )
    case 'prove':
      return <>Compare {at} with what was carried, over a new connection</>
    case 'delete':
    case 'quarantine':
      return (
        <>
          {action.commands.length > 0 && <Commands at={at} commands={action.commands} />}
          <Removes items={items.filter(({ id }) => action.items.includes(id))} />
        </>
      )
    case 'clean':
      return <>{`${CLEAN_WORDS[action.verb]} ${at}`}</>
    case 'record':
      return <>{action.what}</>
    case 'manual':
      return <Manual action={action} />
  }
}

const PLACE_WORDS = {
  stage: 'Files are written beside their places on',
  commit: 'Files are renamed into their places on',
  'roll-back': 'The former files are renamed back on',
  finish: 'Staging folders are removed on',
  sweep: 'Empty folders that the run left are removed on',
} as const

const CLEAN_WORDS = {
  sweep: 'Each file is looked at once more, then taken away on',
  'end-processes': 'TERM by pid and start time, then KILL for those that stay, on',
  'put-back': 'The files are renamed back to where they were on',
  purge: 'The folders of taken files are removed on',
  prove: 'Look again, over a new exchange, at',
} as const

function Manual({ action }: { readonly action: Extract<Action, { readonly type: 'manual' }> }) {
  const { text, link } = action
  return (
    <>
      {text}
      {link !== undefined && (
        <Button size="small" icon={ExternalLink} onPress={() => void attempt('app.openExternal', { url: link })}>
          Open
        </Button>
      )}
    </>
  )
}

function Commands({ at, commands }: { readonly at: string; readonly commands: readonly (readonly string[])[] }) {
  return (
    <pre className="commands" tabIndex={0} role="group" aria-label={`Commands on ${at}`}>
      {commands.map(words => (
        <code key={words.join(' ')}>{words.map(shown).join(' ')}</code>
      ))}
    </pre>
  )
}

/** As a shell would need it, for reading; main does the real quoting. */
function shown(word: string): string {
  return /^[\w%+,./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
