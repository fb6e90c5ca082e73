import type { PublicError } from '../../../shared/errors'
import type { Operation, Plan, StepStatus } from '../../../shared/plan'
import { BACKUPS, before, idOf } from './fixture-data'
import { PROOF } from './fixture-proof'
import { emit, nodeOf, putBackups, refuse, sleep, state } from './fixture-state'
import { scene } from './scene'

/** Runs by id. */
export const operations = new Map<string, Operation>()

/** The run of this id. */
export const operationOf = (id: string): Operation => operations.get(id) ?? refuse('not-found', 'No such run.')

/** A step that has not begun. */
export const waiting = (stepId: string): StepStatus => ({
  stepId,
  state: 'waiting',
  startedAt: null,
  endedAt: null,
  note: '',
  error: null,
  progress: null,
})

/** Keeps a run and announces it. */
export function putOperation(operation: Operation): Operation {
  operations.set(operation.id, operation)
  emit('operationChanged', operation)
  return operation
}

/** Keeps the latest of a step and announces it. */
export function setStep(id: string, status: StepStatus): void {
  const operation = operations.get(id)
  if (operation === undefined) return
  const steps = operation.steps.map(step => (step.stepId === status.stepId ? status : step))
  operations.set(id, { ...operation, steps })
  emit('stepChanged', { operationId: id, status })
}

/** Starts a plan; its run goes on by itself, in the way of its kind. */
export function start(plan: Plan, simulate: (operation: Operation) => Promise<void> = carry): Operation {
  const operation: Operation = {
    id: idOf('operation', operations.size + 1),
    plan,
    state: 'running',
    startedAt: new Date().toISOString(),
    endedAt: null,
    steps: plan.steps.map(({ id }) => waiting(id)),
    proof: [],
    error: null,
    snapshots: {},
    canReturn: false,
  }
  putOperation(operation)
  void simulate(operation)
  return operation
}

async function carry({ id, plan }: Operation): Promise<void> {
  for (const [index, step] of plan.steps.entries()) {
    if (operations.get(id)?.state !== 'running') return
    const startedAt = new Date().toISOString()
    const running: StepStatus = { ...waiting(step.id), state: 'running', startedAt }
    setStep(id, running)
    const isBulk = step.action.type === 'capture' || step.action.type === 'place'
    for (let part = 1; part <= 4; part++) {
      await sleep(scene.stepMs / 4)
      if (!isBulk) continue
      const progress = {
        doneBytes: part * 210_000_000,
        totalBytes: 840_000_000,
        doneFiles: part * 1260,
        totalFiles: 5040,
        bytesPerSecond: 118_000_000,
        current: 'agents/research/sessions/5f1c2a90-77c1.jsonl',
      }
      setStep(id, { ...running, progress })
    }
    if (scene.ending === 'hang' && step.id === 'stop-target') {
      setStep(id, { ...running, startedAt: before(14_000), note: 'The unit allows 330 s for a stop' })
      return
    }
    const isLast = index === plan.steps.length - 1
    if (scene.ending === 'failed' && step.id === 'health') {
      fail(id, running)
      return
    }
    if (scene.ending === 'interrupted' && step.id === 'commit') {
      interrupt(id, running)
      return
    }
    setStep(id, {
      ...running,
      state: 'done',
      endedAt: new Date().toISOString(),
      note: isLast ? '7 of 7 rows hold' : '',
    })
  }
  const operation = operations.get(id)
  if (operation?.state !== 'running') return
  putOperation({
    ...operation,
    state: 'done',
    endedAt: new Date().toISOString(),
    proof: plan.kind === 'backup' ? [] : [...PROOF],
    canReturn: plan.kind === 'migrate',
  })
  if (plan.kind === 'backup') shelve(plan)
}

/** A finished backup is listed once its run has ended, as in the app. */
function shelve({ source }: Plan): void {
  const [model] = BACKUPS
  if (source === null || model === undefined) return
  const at = new Date().toISOString()
  const made = { ...model, id: crypto.randomUUID(), nodeId: source, nodeLabel: nodeOf(source).record.label, at }
  putBackups([made, ...state.backups])
}

function fail(id: string, running: StepStatus): void {
  const error: PublicError = {
    code: 'check-failed',
    message: 'The gateway on pc-b did not answer within 30 s.',
    hint: 'pc-b was returned to its safety copy. Look at the gateway log, then run the plan again.',
  }
  setStep(id, { ...running, state: 'failed', endedAt: new Date().toISOString(), error })
  const operation = operations.get(id)
  if (operation !== undefined) putOperation({ ...operation, state: 'failed', endedAt: new Date().toISOString(), error })
}

/** The line is cut in the middle of a step. */
export function interrupt(id: string, running: StepStatus, more: Partial<Operation> = {}): void {
  setStep(id, { ...running, state: 'unknown', note: 'The line was cut while files were put in place' })
  const operation = operations.get(id)
  if (operation !== undefined) putOperation({ ...operation, state: 'interrupted', ...more })
}
