import { Undo2 } from 'lucide-react'
import { attempt, openPlan } from '../../actions'
import { Button } from '../../components/controls'
import { span } from '../../lib/format'
import { useLiveNow } from '../../lib/now'
import { choicesOf, requestOf } from '../../lib/run'
import { useApp } from '../../store/app'
import { isClearing, isPastReturn } from '../../../shared/way-back'
import { SECOND } from '../../../shared/units'
import type { Action, Operation } from '../../../shared/plan'

interface RunFootProps {
  readonly operation: Operation
}

/** What can be done with a run in its state. */
export function RunFoot({ operation }: RunFootProps) {
  const goTo = useApp(app => app.goTo)
  const before = useApp(app => app.before)
  const { id: operationId, state, canReturn } = operation
  return (
    <footer className="sheet-foot">
      <p className="grow soft">{state === 'running' && 'You can leave this view; the run goes on.'}</p>
      {state === 'running' && (
        <>
          <ForceStop operation={operation} />
          {!isClearing(operation) && (
            <Button onPress={() => void attempt('operations.cancel', { operationId })}>Cancel</Button>
          )}
        </>
      )}
      {state === 'interrupted' && (
        <>
          {!isPastReturn(operation) && !isClearing(operation) && (
            <Button onPress={() => void attempt('operations.rollBack', { operationId })}>Roll back</Button>
          )}
          <Button look="primary" onPress={() => void attempt('operations.resume', { operationId })}>
            Resume
          </Button>
        </>
      )}
      {canReturn && (
        <Button icon={Undo2} onPress={() => void openPlan({ kind: 'return', operationId })}>
          {operation.plan.kind === 'clean' ? 'Put the files back' : 'Bring back what was'}
        </Button>
      )}
      <PlanAgain operation={operation} />
      {state !== 'running' && state !== 'interrupted' && (
        <Button look={state === 'cleaning-up' ? 'plain' : 'primary'} onPress={() => goTo(before)}>
          Done
        </Button>
      )}
    </footer>
  )
}

/** What ended early can be planned again as it was chosen. */
function PlanAgain({ operation: { state, plan } }: RunFootProps) {
  const request = requestOf(plan)
  if ((state !== 'failed' && state !== 'cancelled') || request === null) return null
  return <Button onPress={() => void openPlan(request, choicesOf(plan))}>Plan again…</Button>
}

/** A stop gets this long before a person is offered the hard way. */
const PATIENCE_MS = 10 * SECOND

function ForceStop({ operation }: RunFootProps) {
  const nowMs = useLiveNow()
  const slow = operation.steps.flatMap(({ stepId, state, startedAt }) => {
    const step = operation.plan.steps.find(one => one.id === stepId)
    if (step === undefined || !isStop(step.action) || state !== 'running' || startedAt === null) return []
    const waitedMs = nowMs - Date.parse(startedAt)
    return waitedMs > PATIENCE_MS ? [{ waitedMs, limitMs: step.limitMs }] : []
  })[0]
  if (slow === undefined) return null
  return (
    <>
      <p className="soft">
        The service is slow to stop: {span(slow.waitedMs)} of up to {span(slow.limitMs)}.
      </p>
      <Button onPress={() => void attempt('operations.forceStop', { operationId: operation.id })}>Force stop</Button>
    </>
  )
}

function isStop(action: Action): boolean {
  return (action.type === 'service' || action.type === 'delete') && action.verb === 'stop'
}
