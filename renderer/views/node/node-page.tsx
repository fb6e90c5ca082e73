import { Archive, ArrowLeft, ArrowRightLeft, RefreshCw, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { checkNode, openPlan } from '../../actions'
import { Button, IconButton } from '../../components/controls'
import { Age, AsOf } from '../../components/facts'
import { ConditionGlyph } from '../../components/glyph'
import { Problem } from '../../components/problem'
import { worstOf } from '../../lib/alerts'
import { isStale, stateOf, versionOf, worseOf } from '../../lib/node-state'
import { offerOnShelf } from '../../lib/offers'
import { useApp } from '../../store/app'
import type { NodeView } from '../../../shared/contract'
import { WatchPanel } from '../watch/watch-panel'
import { useNodeAlerts } from '../fleet/alert-badge'
import { NodeMenu } from '../fleet/node-menu'
import { Access } from './access'
import { NodeBackups } from './node-backups'
import { ProfileCard } from './profile-card'
import { Machine } from './machine'
import { RemovalPanel, RemovalState } from './removal'
import { Warnings } from './warnings'

/** All that is known of one node. */
export function NodePage({ id }: { readonly id: string }) {
  const view = useApp(app => app.nodes[id])
  const goTo = useApp(app => app.goTo)
  if (view === undefined) {
    return (
      <div className="page page-body stack">
        <h1>This node is not in OCM any more</h1>
        <div>
          <Button onPress={() => goTo({ view: 'fleet' })}>Back to the fleet</Button>
        </div>
      </div>
    )
  }
  return (
    <div className="page" tabIndex={-1}>
      <div className="page-body stack node-page">
        <NodeHead view={view} />
        <RemovalState view={view} />
        <NodeProblem view={view} />
        <Warnings view={view} />
        <WatchPanel nodeId={id} />
        <div className="columns">
          <div className="stack">{view.survey === null ? <NothingYet view={view} /> : <Profiles view={view} />}</div>
          <div className="stack">
            <Machine view={view} />
            <Access view={view} />
            <NodeBackups nodeId={id} />
            <RemovalPanel view={view} />
          </div>
        </div>
      </div>
    </div>
  )
}

function NodeHead({ view }: { readonly view: NodeView }) {
  const goTo = useApp(app => app.goTo)
  const openDialog = useApp(app => app.openDialog)
  const [isMenuOpen, setIsMenuOpen] = useState(false)
  const { record, survey, reach } = view
  const { condition, word } = stateOf(view)
  const alerts = useNodeAlerts(record.id)
  const canCarry = offerOnShelf({ kind: 'node', node: view }).can
  return (
    <header className="node-head">
      <IconButton icon={ArrowLeft} label="Back to the fleet" onPress={() => goTo({ view: 'fleet' })} />
      <div className="grow">
        <h1 className="row">
          <ConditionGlyph condition={worseOf(condition, worstOf(alerts))} />
          <span className="clip">{record.label}</span>
          {record.isProtected && (
            <span className="chip">
              <ShieldCheck size={12} aria-hidden="true" /> Protected
            </span>
          )}
          {record.isDemo && <span className="chip accent">Demo</span>}
          {record.tags.map(tag => (
            <span key={tag} className="chip">
              {tag}
            </span>
          ))}
        </h1>
        <p className="soft">
          <span className={`state-word ${condition}`}>{reach === 'looking' ? 'Checking…' : word}</span>
          {versionOf(view) !== word && (
            <>
              <span className="dot">·</span>
              {versionOf(view)}
            </>
          )}
          {survey !== null && (
            <>
              <span className="dot">·</span>
              {isStale(view) ? (
                <AsOf at={survey.at} />
              ) : (
                <>
                  checked <Age at={survey.at} />
                </>
              )}
            </>
          )}
        </p>
      </div>
      <IconButton icon={RefreshCw} label="Check this node now" onPress={() => void checkNode(record.id)} />
      <Button
        icon={Archive}
        isDisabled={!canCarry}
        onPress={() => void openPlan({ kind: 'backup', nodeId: record.id })}
      >
        Back up…
      </Button>
      <Button
        icon={ArrowRightLeft}
        isDisabled={!canCarry}
        onPress={() => openDialog({ kind: 'migrate-to', nodeId: record.id })}
      >
        Migrate to…
      </Button>
      <NodeMenu view={view} isOpen={isMenuOpen} onOpenChange={setIsMenuOpen} />
    </header>
  )
}

function NodeProblem({ view }: { readonly view: NodeView }) {
  const openDialog = useApp(app => app.openDialog)
  const { problem, record } = view
  if (problem === null) return null
  const isHostKey = problem.code.startsWith('host-key')
  return (
    <Problem problem={problem}>
      <Button onPress={() => openDialog({ kind: 'test-node', nodeId: record.id })}>
        {isHostKey ? 'Compare fingerprints' : 'Test connection'}
      </Button>
      <Button onPress={() => openDialog({ kind: 'edit-node', nodeId: record.id })}>Edit node</Button>
    </Problem>
  )
}

function NothingYet({ view }: { readonly view: NodeView }) {
  return (
    <section className="panel">
      <h2>Nothing known yet</h2>
      <p className="soft">A check reads what is there. It changes nothing and leaves nothing behind.</p>
      <div>
        <Button look="primary" onPress={() => void checkNode(view.record.id)}>
          Check now
        </Button>
      </div>
    </section>
  )
}

function Profiles({ view }: { readonly view: NodeView }) {
  const { profiles = [], sizesAt } = view.survey ?? {}
  if (profiles.length > 0)
    return profiles.map(profile => <ProfileCard key={profile.stateDir} profile={profile} sizesAt={sizesAt} />)
  return (
    <section className="panel">
      <h2>No OpenClaw profile here</h2>
      <p className="soft">Migrate a node onto this one: OCM offers to install the same OpenClaw version first.</p>
    </section>
  )
}
