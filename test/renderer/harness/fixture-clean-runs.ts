import type { Operation, ProofRow, StepStatus } from '../../../shared/plan'
import { clearAlert } from './fixture-alerts'
import { interrupt, operationOf, putOperation, setStep, waiting } from './fixture-runs'
import { sleep } from './fixture-state'
import { scene } from './scene'

const now = () => new Date().toISOString()

/** Until when an interrupted clean-up keeps what it put aside. */
const KEPT_UNTIL = '2027-03-04T05:06:00.000Z'

/** Takes a clean-up through its steps. */
export async function simulateCleaning({ id }: Operation): Promise<void> {
  for (const step of operationOf(id).plan.steps) {
    if (operationOf(id).state !== 'running') return
    const running: StepStatus = { ...waiting(step.id), state: 'running', startedAt: now() }
    setStep(id, running)
    await sweepAlong(id, running)
    if (scene.ending === 'interrupted' && step.id === 'sweep') {
      const isKept = operationOf(id).plan.cleaning?.options.withUndo === true
      interrupt(id, running, isKept ? { keptUntil: KEPT_UNTIL } : {})
      return
    }
    setStep(id, { ...running, state: 'done', endedAt: now(), note: step.id === 'sweep' ? '8,662 files, 51 GB' : '' })
  }
  const operation = operationOf(id)
  if (operation.state !== 'running') return
  const { plan } = operation
  putOperation({
    ...operation,
    state: 'done',
    endedAt: now(),
    proof: proofOf(operation),
    canReturn: plan.cleaning?.options.withUndo === true,
  })
  if (plan.target !== null && plan.cleaning !== undefined)
    clearAlert(plan.target, plan.cleaning.what === 'orphans' ? 'orphans' : 'runaway-processes')
}

async function sweepAlong(id: string, running: StepStatus): Promise<void> {
  for (let part = 1; part <= 4; part++) {
    await sleep(scene.stepMs / 4)
    if (running.stepId !== 'sweep') continue
    const progress = {
      doneBytes: part * 12_750_000_000,
      totalBytes: 51_050_000_000,
      doneFiles: part * 2166,
      totalFiles: 8662,
      bytesPerSecond: 21_000_000_000,
      current: '/home/claw/.openclaw/agents/main/sessions',
    }
    setStep(id, { ...running, progress })
  }
}

function proofOf({ plan }: Operation): ProofRow[] {
  const gateway: ProofRow = {
    what: 'Gateway (profile default)',
    expected: 'pid 4127 since 52 h, healthy',
    found: 'pid 4127 since 52 h, healthy',
    verdict: 'proven',
  }
  return plan.cleaning?.what === 'processes'
    ? [{ what: 'Leaked processes', expected: '0 of 6', found: '0 of 6', verdict: 'proven' }, gateway]
    : [
        { what: 'Orphaned files', expected: '0 of 8,662', found: '0 of 8,662', verdict: 'proven' },
        { what: 'Space freed', expected: '51 GB', found: '51 GB', verdict: 'proven' },
        { what: 'sessions.json of main', expected: 'there, parses', found: 'there, parses', verdict: 'proven' },
        gateway,
      ]
}
