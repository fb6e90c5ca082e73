import type { Certificate } from '../../../shared/deletion'
import type { PublicError } from '../../../shared/errors'
import type { Operation, ProofRow, StepStatus } from '../../../shared/plan'
import { before, idOf } from './fixture-data'
import { operationOf, putOperation, setStep, waiting } from './fixture-runs'
import { emit, nodeOf, putNode, sleep, state } from './fixture-state'
import { scene } from './scene'

const certificates = new Map<string, Certificate>()

/** The certificate of a run, once there is one. */
export const certificateOf = (operationId: string): Certificate | null => certificates.get(operationId) ?? null

const now = () => new Date().toISOString()
const nodeIdOf = ({ plan }: Operation): string => plan.target ?? ''

/** What a first try leaves in the scene that leaves something. */
const LEFT: Readonly<Record<string, ProofRow>> = {
  '/etc/systemd/system/openclaw.service': {
    what: '/etc/systemd/system/openclaw.service',
    expected: 'absent',
    found: 'still there: sudo was refused',
    verdict: 'differs',
  },
  'crontab of claw': {
    what: 'crontab of claw',
    expected: 'no line of OpenClaw',
    found: 'crontab did not answer within 30 s',
    verdict: 'unknown',
  },
}

function proofOf({ plan }: Operation, leaves: boolean): ProofRow[] {
  const goes = plan.deletion?.items.filter(({ verdict }) => verdict === 'goes') ?? []
  return goes.map(({ name, path }) => {
    const what = path ?? name
    const left = leaves ? LEFT[what] : undefined
    return left ?? { what, expected: 'absent', found: 'absent', verdict: 'proven' }
  })
}

function certify(operation: Operation): void {
  const { plan, proof } = operation
  const { id, label, host, user } = nodeOf(nodeIdOf(operation)).record
  certificates.set(operation.id, {
    format: 'ocm-deletion/1',
    operationId: operation.id,
    node: { id, label, host, user, hostKey: 'SHA256:x5Vd0nUjkq0b7mYc2pS9tGm1sT4wJ8aKfQeHrLzNo3E' },
    by: 'admin',
    startedAt: before(48_000),
    endedAt: now(),
    isProven: proof.every(({ verdict }) => verdict === 'proven'),
    rows: proof.map(({ what, found, verdict }) => ({
      kind: 'state',
      name: what,
      before: 'there',
      after: found,
      verdict: ({ proven: 'gone', differs: 'remains', unknown: 'unknown' } as const)[verdict],
    })),
    steps: [],
    backups: [{ id: idOf('backup', 0), sha256: 'b'.repeat(64) }],
    isBackupWaived: plan.deletion?.options.waiveBackup === true,
    byHand: plan.deletion?.byHand ?? [],
    auditHash: 'a'.repeat(64),
  })
}

function removing(operation: Operation, index: number, remains: readonly string[] = []): void {
  const isRunning = operation.state === 'running'
  putNode({
    ...nodeOf(nodeIdOf(operation)),
    operationId: isRunning ? operation.id : null,
    removal: {
      operationId: operation.id,
      state: isRunning ? 'running' : 'cleaning-up',
      step: index + 1,
      of: operation.plan.steps.length,
      until: null,
      remains: [...remains],
    },
  })
}

/** Takes a deletion through its steps, to the end the scene asks for. A second try always ends clean. */
export async function simulateDeletion({ id }: Operation, isSecondTry = false): Promise<void> {
  const ending = isSecondTry ? 'done' : scene.ending
  for (const [index, step] of operationOf(id).plan.steps.entries()) {
    const operation = operationOf(id)
    if (operation.state !== 'running') return
    removing(operation, index)
    const running: StepStatus = { ...waiting(step.id), state: 'running', startedAt: now() }
    setStep(id, running)
    await sleep(scene.stepMs)
    if (ending === 'hang' && step.id === 'stop') {
      setStep(id, { ...running, startedAt: before(74_000), note: 'The unit allows 330 s for a stop.' })
      return
    }
    if (ending === 'interrupted' && step.id === 'remove-state') {
      halt(id, running, index)
      return
    }
    if (ending === 'failed' && step.id === 'back-up') {
      fail(id, running)
      return
    }
    if (ending === 'remains' && step.id === 'verify') {
      leave(id, running, index)
      return
    }
    setStep(id, { ...running, ...outcomeOf(step.id), endedAt: now() })
  }
  end(operationOf(id))
}

function outcomeOf(stepId: string): Pick<StepStatus, 'state' | 'note'> {
  if (stepId === 'release-bots')
    return { state: 'needs-you', note: 'Webhook and 3 pending updates dropped. Only you can delete the bot itself.' }
  return { state: 'done', note: stepId === 'remove-state' ? '45,940 files, 4 GB' : '' }
}

function end(operation: Operation): void {
  const { plan } = operation
  const ended: Operation = { ...operation, state: 'done', endedAt: now() }
  if (plan.kind === 'quarantine') {
    putOperation(ended)
    const until = new Date(Date.now() + 7 * 86_400_000).toISOString()
    const removal = { operationId: ended.id, state: 'quarantined', step: null, of: 3, until, remains: [] } as const
    putNode({ ...nodeOf(nodeIdOf(ended)), operationId: null, removal: { ...removal, remains: [] } })
    return
  }
  const proven = { ...ended, proof: proofOf(ended, false) }
  certify(proven)
  putOperation(proven)
  const nodeId = nodeIdOf(proven)
  state.nodes = state.nodes.filter(view => view.record.id !== nodeId)
  emit('nodeRemoved', { nodeId })
}

function leave(id: string, running: StepStatus, index: number): void {
  const proof = proofOf(operationOf(id), true)
  const left = proof.filter(({ verdict }) => verdict !== 'proven')
  const error: PublicError = {
    code: 'check-failed',
    message: `The witness does not confirm ${left.length} of ${proof.length} things.`,
    hint: 'Store a sudo password that is accepted, then retry what is left.',
  }
  setStep(id, { ...running, state: 'failed', endedAt: now(), error })
  const operation: Operation = { ...operationOf(id), state: 'cleaning-up', endedAt: now(), proof }
  certify(operation)
  putOperation(operation)
  removing(
    operation,
    index,
    left.map(({ what }) => what),
  )
}

function halt(id: string, running: StepStatus, index: number): void {
  setStep(id, { ...running, state: 'unknown', note: 'The line was cut while files were removed' })
  const operation = putOperation({ ...operationOf(id), state: 'interrupted' })
  removing(operation, index)
}

function fail(id: string, running: StepStatus): void {
  const error: PublicError = {
    code: 'disk-full',
    message: 'The backup folder is full, so nothing was deleted.',
    hint: 'Make room in the backup folder, or delete without a backup.',
  }
  setStep(id, { ...running, state: 'failed', endedAt: now(), error })
  const operation = putOperation({ ...operationOf(id), state: 'failed', endedAt: now(), error })
  putNode({ ...nodeOf(nodeIdOf(operation)), operationId: null, removal: null })
}

/** Goes on with a deletion: each step is looked at anew. */
export function resumeDeletion(id: string): Operation {
  const before = operationOf(id)
  const steps = before.plan.steps.map(step => waiting(step.id))
  const operation = putOperation({ ...before, state: 'running', endedAt: null, error: null, proof: [], steps })
  void simulateDeletion(operation, true)
  return operation
}
