import type { Operation, Plan, Step } from '../../shared/plan'
import { gatewayService } from '../openclaw/commands'
import { installOf, isRunning, profileOf, type NodeFacts, type PlanStamp } from './facts'
import { installServiceStep, lingerOffStep, startStep, stopStep, tidyStep, type ServicePart } from './service-steps'
import {
  captureStep,
  commitStep,
  finishStep,
  healthStep,
  proveStep,
  stageStep,
  sweepStep,
  uninstallOpenClawStep,
} from './steps'

/** What a return is planned from. `source` is null when the run was a restore. */
export interface ReturnFacts {
  readonly operation: Operation
  readonly source: NodeFacts | null
  readonly target: NodeFacts
  /** The target had a running gateway before the run. */
  readonly wasRunning: boolean
  /** The port its gateway had then, as the safety backup says. */
  readonly formerPort: number | null
  /** Its configuration was broken then: it is put back as it was, and its gateway stays stopped. */
  readonly wasBroken: boolean
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
    notes: [...leftovers(operation), ...installNotes(facts), ...brokenNote(facts)],
    steps: safety === null ? [] : stepsOf(facts, { safety, isMove, planId: stamp.id }),
    wayBack: `What ${target.record.label} holds now is backed up first, with all that was said and done there since the run.`,
  }
}

function stepsOf(
  facts: ReturnFacts,
  { safety, isMove, planId }: { readonly safety: string; readonly isMove: boolean; readonly planId: string },
): Step[] {
  const { operation, source, target, wasRunning } = facts
  const name = operation.plan.options.profile
  const profile = profileOf(target, name)
  const unit = gatewayService(profile)
  const sourceUnit = source === null ? undefined : gatewayService(profileOf(source, name))
  const part = { profile: name, port: facts.formerPort, before: unit, planId }
  return [
    captureStep(target, {
      id: 'keep',
      title: `Back up what is on ${target.record.label} now`,
      detail: 'So that nothing made since the run is lost.',
      profile: name,
      components: operation.plan.options.components,
      reason: 'safety',
      bytes: 0,
    }),
    ...(profile !== undefined && (unit !== undefined || isRunning(profile))
      ? [stopStep(target, profile, 'stop-target')]
      : []),
    stageStep(target, name, safety, 0),
    commitStep(target, name, safety),
    ...serviceSteps(facts, part),
    ...(wasRunning && unit !== undefined && !facts.wasBroken
      ? [startStep(target, name, unit), healthStep(target, name, null), proveStep(target, name, safety)]
      : []),
    ...(isMove && source !== null && sourceUnit !== undefined
      ? [startStep(source, name, sourceUnit, 'start-source'), healthStep(source, name, null, 'health-source')]
      : []),
    finishStep(target, name, safety),
    ...tidyStep(target, part),
    sweepStep(target, name, safety),
    ...(operation.made?.includes('linger') === true ? [lingerOffStep(target)] : []),
    ...(installedByRun(facts) === 'goes' ? [uninstallOpenClawStep(target)] : []),
  ]
}

/** Whether an OpenClaw that the run installed goes again. It stays where something else has begun to use it. */
function installedByRun({ operation, target }: ReturnFacts): 'none' | 'goes' | 'stays' {
  if (operation.made?.includes('openclaw') !== true || installOf(target) === null) return 'none'
  const ours = operation.plan.options.profile
  const isUsed = target.survey.profiles.some(({ name, services }) =>
    services.some(({ kind }) => name !== ours || kind !== 'gateway'),
  )
  return isUsed ? 'stays' : 'goes'
}

function installNotes(facts: ReturnFacts): string[] {
  const { label } = facts.target.record
  switch (installedByRun(facts)) {
    case 'goes':
      return [`OpenClaw, which that run installed on ${label}, is removed with npm again.`]
    case 'stays':
      return [`OpenClaw, which that run installed, stays on ${label}: another service there uses it by now.`]
    case 'none':
      return []
  }
}

/** Folders outside the state directory that the run may have made are not in the safety backup: they are left alone. */
function leftovers({ plan }: Operation): string[] {
  if (plan.kind !== 'migrate') return []
  const { components } = plan.options
  const folders = plan.rewrites.flatMap(({ pointer, to }) =>
    pointer.endsWith('/agentDir') && !to.endsWith('/agent-dir') ? [to] : [],
  )
  return [
    ...(components.includes('workspaces')
      ? ['Workspaces that the run placed outside the state directory stay where they are; remove them by hand.']
      : []),
    ...(folders.length > 0 && (components.includes('agents') || components.includes('credentials'))
      ? [`What agents keep outside the state directory stays where the run placed it; look into ${folders.join(', ')}.`]
      : []),
  ]
}

function brokenNote({ wasBroken, target }: ReturnFacts): string[] {
  if (!wasBroken) return []
  return [
    `The configuration of ${target.record.label} was broken before the run. It is put back as it was, and the gateway stays stopped until it is mended.`,
  ]
}

/** The run installed the service anew: it is removed where there was none, else installed for the former port. */
function serviceSteps({ operation, target, wasBroken }: ReturnFacts, part: ServicePart): readonly Step[] {
  const undo = operation.plan.steps.find(({ id }) => id === 'service')?.undo
  const install = installOf(target)
  if (undo?.type !== 'service' || install === null) return []
  const step = installServiceStep(target, install, part)
  // OpenClaw installs no service for a configuration that it cannot read.
  if (undo.verb !== 'uninstall') return wasBroken ? [] : [step]
  const { undo: _undo, ...lasting } = step
  return [
    {
      ...lasting,
      title: `Remove the service from ${target.record.label}`,
      detail: 'There was none before the run.',
      action: undo,
      probe: 'There is no unit.',
    },
  ]
}
