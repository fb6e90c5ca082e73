import type { Operation, Plan, Step } from '../../shared/plan'
import { gatewayService } from '../openclaw/commands'
import { isRunning, profileOf, type NodeFacts, type PlanStamp } from './facts'
import {
  commitStep,
  finishStep,
  healthStep,
  proveStep,
  stageStep,
  startStep,
  stopStep,
  uninstallServiceStep,
} from './steps'

/** What a return is planned from. `source` is null when the run was a restore. */
export interface ReturnFacts {
  readonly operation: Operation
  readonly source: NodeFacts | null
  readonly target: NodeFacts
  /** The target had a running gateway before the run. */
  readonly wasRunning: boolean
}

/** Decides how to undo a finished run: the target gets its safety backup back, the source runs again. Pure. */
export function planReturn(facts: ReturnFacts, stamp: PlanStamp): Plan {
  const { operation, source, target } = facts
  const safety = operation.snapshots['safety'] ?? null
  const isMove = operation.plan.kind === 'migrate' && operation.plan.options.mode === 'move'
  return {
    id: stamp.id,
    kind: 'return',
    sentence: `Bring back what was on ${target.record.label} before${isMove && source !== null ? `, and start ${source.record.label} again` : ''}.`,
    createdAt: stamp.now.toISOString(),
    source: source?.record.id ?? null,
    target: target.record.id,
    snapshot: safety,
    relies: { [target.record.id]: target.digest, ...(source === null ? {} : { [source.record.id]: source.digest }) },
    options: { ...operation.plan.options, set: {}, decisions: {} },
    carried: [],
    leftOut: [],
    rewrites: [],
    decisions: [],
    differences: [],
    blockers:
      safety === null
        ? [
            {
              code: 'no-safety-backup',
              text: 'That run made no safety backup.',
              wayOut: 'Restore an older backup of this node.',
            },
          ]
        : [],
    notes: [],
    steps: safety === null ? [] : stepsOf(facts, safety, isMove),
    wayBack: 'Messages and sessions made since the run stay only in backups taken since.',
  }
}

function stepsOf({ operation, source, target, wasRunning }: ReturnFacts, safety: string, isMove: boolean): Step[] {
  const name = operation.plan.options.profile
  const profile = profileOf(target, name)
  const unit = gatewayService(profile)
  // The run installed a service where there was none: its own undo says how to take it away.
  const added = operation.plan.steps.find(step => step.id === 'service')?.undo
  const sourceUnit = source === null ? undefined : gatewayService(profileOf(source, name))
  return [
    ...(profile !== undefined && (unit !== undefined || isRunning(profile))
      ? [stopStep(target, profile, 'stop-target')]
      : []),
    ...(added === undefined ? [] : [uninstallServiceStep(target, name, added)]),
    stageStep(target, name, safety, 0),
    commitStep(target, name, safety),
    ...(wasRunning && added === undefined && unit !== undefined
      ? [startStep(target, name, unit), healthStep(target, name, null), proveStep(target, name, safety)]
      : []),
    ...(isMove && source !== null && sourceUnit !== undefined
      ? [startStep(source, name, sourceUnit, 'start-source'), healthStep(source, name, null, 'health-source')]
      : []),
    finishStep(target, name, safety),
  ]
}
