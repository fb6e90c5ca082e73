import { ArrowLeft, Eraser, ExternalLink } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { attempt, openPlan, replan, runPlan } from '../../actions'
import { Button, IconButton, LinkButton } from '../../components/controls'
import { Problem } from '../../components/problem'
import { Section } from '../../components/section'
import { goesOf, isChosen, keptOf } from '../../lib/cleaning'
import { counted } from '../../lib/format'
import { isDemoPlan, labelOf, shortTitle } from '../../lib/run'
import { useApp } from '../../store/app'
import type { PlanRequest } from '../../store/window'
import type { Cleaning, KnownFault } from '../../../shared/cleaning'
import type { Plan } from '../../../shared/plan'
import { Blockers } from '../plan/blockers'
import { Planning, usePlanClose } from '../plan/planning'
import { Timeline } from '../run/timeline'
import { CleanOptionsSection } from './clean-options'
import { Doubtful } from './doubtful'
import { Kept, OrphanFolders } from './folders'
import { LeakTrees } from './leak-trees'
import { bytesText } from '../../../shared/units'

interface CleanSheetProps {
  readonly request: Extract<PlanRequest, { readonly kind: 'clean' }>
}

/** The preview of a clean-up: what goes, what stays and why. Nothing has started. */
export function CleanSheet({ request }: CleanSheetProps) {
  const plan = useApp(app => app.plan)
  const problem = useApp(app => app.planProblem)
  const label = useApp(app => labelOf(app.nodes, request.nodeId))
  const close = usePlanClose()
  return (
    <article
      className="sheet"
      aria-label="Plan"
      onKeyDown={event => {
        if (event.key === 'Escape') close()
      }}
    >
      <div className="sheet-scroll">
        {plan === null && problem === null && <Planning />}
        {plan === null && problem !== null && <h1>{label} cannot be cleaned up now</h1>}
        {plan !== null && <CleanHead plan={plan} onClose={close} />}
        {problem !== null && (
          <Problem problem={problem}>
            <Button onPress={() => void (plan === null ? openPlan(request) : replan({}))}>
              {plan === null ? 'Try again' : 'Look again'}
            </Button>
          </Problem>
        )}
        {plan?.cleaning !== undefined && <CleanBody plan={plan} cleaning={plan.cleaning} nodeId={request.nodeId} />}
      </div>
      <CleanFoot plan={plan} onClose={close} />
    </article>
  )
}

function CleanHead({ plan, onClose }: { readonly plan: Plan; readonly onClose: () => void }) {
  const nodes = useApp(app => app.nodes)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <header className="sheet-head">
      <IconButton icon={ArrowLeft} label="Back" onPress={onClose} />
      <div className="grow">
        <p className="eyebrow row">
          Clean-up plan · nothing has started
          {isDemoPlan(plan, nodes) && <span className="chip accent">Demo</span>}
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {shortTitle(plan, nodes)}
        </h1>
        <p className="sentence selectable">{plan.sentence}</p>
        {plan.notes.map(note => (
          <p key={note} className="soft">
            {note}
          </p>
        ))}
      </div>
    </header>
  )
}

interface BodyProps {
  readonly plan: Plan
  readonly cleaning: Cleaning
  readonly nodeId: string
}

function CleanBody({ plan, cleaning, nodeId }: BodyProps) {
  const { what, groups, trees, fault, options } = cleaning
  const kept = keptOf(groups)
  return (
    <>
      <Blockers plan={plan} />
      {fault !== null && <Fault fault={fault} />}
      <Doubtful groups={groups} nodeId={nodeId} />
      {what === 'orphans' && <CleanOptionsSection options={options} />}
      {what === 'orphans' && (
        <Section title="What goes" summary={sumWords(goesOf(groups))} isOpen>
          <OrphanFolders groups={groups} />
        </Section>
      )}
      {kept.files > 0 && (
        <Section title="What stays, and why" summary={sumWords(kept)} isOpen>
          <Kept groups={groups} />
        </Section>
      )}
      {what === 'processes' && <LeakTrees trees={trees} chosen={options.processes} />}
      <Section title="Steps" summary={counted(plan.steps.length, 'step')}>
        <Timeline steps={plan.steps} />
      </Section>
      {plan.wayBack !== '' && (
        <Section title="Way back" isOpen>
          <p className="selectable">{plan.wayBack}</p>
        </Section>
      )}
    </>
  )
}

const sumWords = ({ files, bytes: size }: ReturnType<typeof goesOf>): string =>
  `${counted(files, 'file')}, ${bytesText(size)}`

/** What of OpenClaw leaves such things behind, and what mends it. */
function Fault({ fault: { text, fixedIn, link } }: { readonly fault: KnownFault }) {
  return (
    <div className="callout">
      <div className="grow">
        <p className="title">A known fault of OpenClaw</p>
        <p className="selectable">
          {text}
          {fixedIn !== null && !text.includes(fixedIn) && ` OpenClaw ${fixedIn} mends it.`}
        </p>
      </div>
      {link !== null && (
        <LinkButton onPress={() => void attempt('app.openExternal', { url: link })}>
          Read more <ExternalLink size={13} aria-hidden="true" />
        </LinkButton>
      )}
    </div>
  )
}

function CleanFoot({ plan, onClose }: { readonly plan: Plan | null; readonly onClose: () => void }) {
  const state = useApp(app => app.planState)
  const isBlocked = (plan?.blockers.length ?? 0) > 0
  return (
    <footer className="sheet-foot">
      <p className="grow soft" role="status">
        {statusOf(state, isBlocked)}
      </p>
      <Button onPress={onClose}>Cancel</Button>
      {plan?.cleaning !== undefined && (
        <Button look="primary" icon={Eraser} isDisabled={isBlocked || state !== 'ready'} onPress={() => void runPlan()}>
          {verbOf(plan.cleaning)}
        </Button>
      )}
    </footer>
  )
}

function statusOf(state: string, isBlocked: boolean): string {
  if (state === 'planning') return 'Looking at the node…'
  if (state === 'starting') return 'Starting…'
  if (isBlocked) return 'Cannot run as it is'
  return state === 'ready' ? 'Nothing has changed yet' : ''
}

/** "Remove 51 GB of orphans": the verb with its number. */
function verbOf({ what, groups, trees, options }: Cleaning): string {
  if (what === 'orphans') {
    const size = bytesText(goesOf(groups).bytes)
    return options.withUndo ? `Put ${size} of orphans aside` : `Remove ${size} of orphans`
  }
  const ends = trees
    .filter(tree => isChosen(tree, options.processes))
    .reduce((sum, { processes }) => sum + processes.filter(({ verdict }) => verdict === 'leaked').length, 0)
  return `End ${counted(ends, 'process', 'processes')}`
}
