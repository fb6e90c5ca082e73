import { Play } from 'lucide-react'
import { openDecisions, openPlan, replan, runPlan } from '../../actions'
import { Button } from '../../components/controls'
import { Problem } from '../../components/problem'
import { Section } from '../../components/section'
import { WayToKey } from '../../components/way-to-key'
import { counted } from '../../lib/format'
import { useApp } from '../../store/app'
import type { Plan } from '../../../shared/plan'
import { Timeline } from '../run/timeline'
import { Blockers } from './blockers'
import { Carried } from './carried'
import { Decisions } from './decisions'
import { Differences } from './differences'
import { LeftOutList } from './left-out'
import { Mode } from './mode'
import { Planning, usePlanClose } from './planning'
import { ProfileChoice } from './profile-choice'
import { Rewrites } from './rewrites'
import { SheetHead } from './sheet-head'
import { bytesText } from '../../../shared/units'

/** A plan, before anything happens: what, with which changes, in which steps, and the way back. */
export function PlanSheet() {
  const plan = useApp(app => app.plan)
  const problem = useApp(app => app.planProblem)
  const request = useApp(app => app.request)
  const close = usePlanClose()
  if (plan === null) {
    return (
      <div className="page page-body stack">
        {problem === null ? (
          <Planning />
        ) : (
          <Problem problem={problem}>
            {request !== null && <Button onPress={() => void openPlan(request)}>Plan again</Button>}
            <WayToKey problem={problem} />
            <Button onPress={close}>Back</Button>
          </Problem>
        )}
      </div>
    )
  }
  return (
    <article
      className="sheet"
      aria-label="Plan"
      onKeyDown={event => {
        if (event.key === 'Escape') close()
      }}
    >
      <div className="sheet-scroll">
        <SheetHead plan={plan} word={KIND_WORDS[plan.kind]} onClose={close} />
        {problem !== null && (
          <Problem problem={problem}>
            <Button onPress={() => void replan({})}>Plan again</Button>
            <WayToKey problem={problem} />
          </Problem>
        )}
        <PlanBody plan={plan} />
      </div>
      <PlanFoot plan={plan} onClose={close} />
    </article>
  )
}

const KIND_WORDS: Readonly<Record<Plan['kind'], string>> = {
  backup: 'Back-up',
  restore: 'Restore',
  migrate: 'Migration',
  return: 'Return',
  delete: 'Deletion',
  quarantine: 'Quarantine',
  release: 'Release',
  clean: 'Clean-up',
}

function PlanBody({ plan }: { readonly plan: Plan }) {
  const chosen = plan.carried.filter(({ isChosen }) => isChosen)
  const total = chosen.reduce((sum, { size }) => sum + size.bytes, 0)
  const openCount = openDecisions(plan).length
  return (
    <>
      <Blockers plan={plan} />
      <ProfileChoice plan={plan} />
      {plan.kind === 'migrate' && <Mode plan={plan} />}
      {plan.decisions.length > 0 && (
        <Section title="To decide" summary={openCount === 0 ? 'All decided' : `${openCount} open`} isOpen>
          <Decisions plan={plan} />
        </Section>
      )}
      {plan.carried.length > 0 && (
        <Section
          title={CARRIED_TITLES[plan.kind]}
          summary={`${counted(chosen.length, 'part')}, ${bytesText(total)}`}
          isOpen
        >
          <Carried plan={plan} />
        </Section>
      )}
      {plan.differences.length > 0 && (
        <Section title="Differences" summary={differenceSummary(plan)} isOpen>
          <Differences plan={plan} />
        </Section>
      )}
      {plan.rewrites.length > 0 && (
        <Section title="What is rewritten" summary={counted(plan.rewrites.length, 'value')}>
          <Rewrites plan={plan} />
        </Section>
      )}
      {plan.leftOut.length > 0 && (
        <Section title="Left out" summary={bytesText(plan.leftOut.reduce((sum, { bytes: size }) => sum + size, 0))}>
          <LeftOutList leftOut={plan.leftOut} />
        </Section>
      )}
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

function differenceSummary({ differences }: Plan): string {
  const kept = differences.filter(({ change }) => change === 'kept').length
  return kept === differences.length
    ? `Nothing to change, ${kept} kept`
    : `${counted(differences.length - kept, 'file')} to change, ${kept} kept`
}

const CARRIED_TITLES: Readonly<Record<Plan['kind'], string>> = {
  backup: 'What is backed up',
  restore: 'What is restored',
  migrate: 'What is carried',
  return: 'What is put back',
  delete: 'What goes',
  quarantine: 'What is stopped',
  release: 'What is brought back',
  clean: 'What goes',
}

const RUN_WORDS: Readonly<Record<Plan['kind'], string>> = {
  backup: 'Run backup',
  restore: 'Run restore',
  migrate: 'Run migration',
  return: 'Run return',
  delete: 'Delete',
  quarantine: 'Stop now, delete later',
  release: 'Bring back',
  clean: 'Clean up',
}

function PlanFoot({ plan, onClose }: { readonly plan: Plan; readonly onClose: () => void }) {
  const state = useApp(app => app.planState)
  const openCount = openDecisions(plan).length
  const isBlocked = plan.blockers.length > 0
  const status =
    state === 'planning'
      ? 'Making the plan again…'
      : isBlocked
        ? `${counted(plan.blockers.length, 'thing')} in the way`
        : openCount > 0
          ? `${counted(openCount, 'decision')} open`
          : 'Ready to run'
  return (
    <footer className="sheet-foot">
      <p className="grow soft" role="status">
        {status}
      </p>
      <Button onPress={onClose}>Cancel</Button>
      <Button
        look="primary"
        icon={Play}
        isDisabled={isBlocked || openCount > 0 || state !== 'ready'}
        onPress={() => void runPlan()}
      >
        {RUN_WORDS[plan.kind]}
        {openCount > 0 && ` (${openCount} to decide)`}
      </Button>
    </footer>
  )
}
