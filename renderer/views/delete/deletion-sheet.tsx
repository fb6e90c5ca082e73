import { openPlan } from '../../actions'
import { Button } from '../../components/controls'
import { Problem } from '../../components/problem'
import { Section } from '../../components/section'
import { counted } from '../../lib/format'
import { queueWords } from '../../removal'
import { useApp } from '../../store/app'
import type { Plan } from '../../../shared/plan'
import { Planning, usePlanClose } from '../plan/planning'
import { SheetHead } from '../plan/sheet-head'
import { Timeline } from '../run/timeline'
import { RemovalChoicesSection } from './choices'
import { DeletionFoot } from './deletion-foot'
import { InTheWay, isOutOfReach, WaysOut } from './in-the-way'
import { NotSeen } from './not-seen'
import { Verdicts } from './verdicts'

/** The preview of a deletion: what goes, what stays, what needs a person, and the eleven steps. Nothing has started. */
export function DeletionSheet({ nodeId }: { readonly nodeId: string }) {
  const plan = useApp(app => app.plan)
  const problem = useApp(app => app.planProblem)
  const request = useApp(app => app.request)
  const close = usePlanClose()
  return (
    <article
      className="sheet deletion"
      aria-label="Plan"
      onKeyDown={event => {
        if (event.key === 'Escape') close()
      }}
    >
      <div className="sheet-scroll">
        {plan === null && problem === null && <Planning />}
        {plan === null && problem !== null && <NoPreview nodeId={nodeId} code={problem.code} />}
        {plan !== null && <DeletionHead plan={plan} onClose={close} />}
        {problem !== null && (
          <Problem problem={problem}>
            <Button onPress={() => request !== null && void openPlan(request)}>
              {plan === null ? 'Try again' : 'Make the preview again'}
            </Button>
            <WaysOut nodeId={nodeId} code={problem.code} />
          </Problem>
        )}
        {plan !== null && <DeletionBody plan={plan} nodeId={nodeId} />}
      </div>
      <DeletionFoot nodeId={nodeId} onClose={close} />
    </article>
  )
}

/** The node could not be looked at, so there is nothing to show and nothing that could be promised. */
function NoPreview({ nodeId, code }: { readonly nodeId: string; readonly code: string }) {
  const label = useApp(app => app.nodes[nodeId]?.record.label ?? 'this node')
  return (
    <>
      <h1>{label} cannot be deleted now</h1>
      <p className="soft">
        {isOutOfReach(code)
          ? 'A deletion begins with a look at the machine and ends with a proof. Without the machine there is neither, so OCM does not offer one. Nothing has changed.'
          : 'No preview could be made, and nothing has changed.'}
      </p>
    </>
  )
}

function DeletionHead({ plan, onClose }: { readonly plan: Plan; readonly onClose: () => void }) {
  const waiting = useApp(app => app.removalQueue.length)
  return (
    <SheetHead plan={plan} word={plan.kind === 'quarantine' ? 'Quarantine' : 'Deletion'} onClose={onClose}>
      {waiting > 0 && <span className="chip">{queueWords(waiting)}</span>}
    </SheetHead>
  )
}

function DeletionBody({ plan, nodeId }: { readonly plan: Plan; readonly nodeId: string }) {
  const view = useApp(app => app.nodes[nodeId])
  const { deletion } = plan
  return (
    <>
      <InTheWay plan={plan} nodeId={nodeId} />
      {deletion !== undefined && (
        <>
          <Verdicts deletion={deletion} view={view} />
          <NotSeen notSeen={deletion.notSeen} />
          <RemovalChoicesSection plan={plan} deletion={deletion} view={view} />
        </>
      )}
      <Section title="Steps" summary={counted(plan.steps.length, 'step')}>
        <Timeline steps={plan.steps} items={deletion?.items} />
      </Section>
      {plan.wayBack !== '' && (
        <Section title="Way back" isOpen>
          <p className="selectable">{plan.wayBack}</p>
        </Section>
      )}
    </>
  )
}
