import { PlanOptions, type Action, type Argv, type Operation, type Plan, type Step } from '../../shared/plan'
import { momentText, MINUTE, SECOND } from '../../shared/units'
import type { Quarantine } from '../../shared/deletion'
import type { NodeFacts, PlanStamp } from '../plan/facts'
import { healthStep } from '../plan/steps'
import { managerCommand, unitOfService } from './services'

/** Decides what bringing a quarantined node back takes: what its quarantine stopped and switched off, the other way. Pure. */
export function planRelease(node: NodeFacts, entry: Quarantine, stoppedBy: Operation | null, stamp: PlanStamp): Plan {
  const { id, label } = node.record
  const undo = (verb: 'enable' | 'start'): Extract<Action, { type: 'quarantine' }> => {
    const found = stoppedBy?.plan.steps.map(step => step.undo).find(isVerb(verb))
    // Whether a gateway answers is asked last, by steps of their own.
    if (found !== undefined) return { ...found, gateways: [] }
    return { type: 'quarantine', nodeId: id, verb, items: [], days: 0, commands: [] }
  }
  const isWindows = node.survey.os.platform === 'win32'
  const enable = undo('enable')
  const start = undo('start')
  const steps: readonly Step[] = [
    {
      id: 'enable',
      title: 'Let it start by itself again',
      detail: enable.commands.length === 0 ? 'It was not switched on before.' : 'As it was before.',
      action: enable,
      probe: 'The service manager says that it is enabled.',
      isCritical: true,
      limitMs: MINUTE,
    },
    {
      id: 'start',
      title: `Start OpenClaw on ${label}`,
      detail: startText(start, isWindows),
      action: start,
      probe: isWindows
        ? 'The task scheduler says that the task runs.'
        : 'The service is active and has a main process.',
      isCritical: true,
      limitMs: 2 * MINUTE,
    },
    {
      id: 'end',
      title: 'Drop the note of its deletion',
      detail: `It would have been deleted on ${momentText(entry.until)}.`,
      action: { type: 'quarantine', nodeId: id, verb: 'end', items: [], days: 0, commands: [] },
      probe: 'There is no such note any more.',
      isCritical: true,
      limitMs: 30 * SECOND,
    },
    // Last, so that a gateway that does not come up is told of, and not deleted in the end though it was to come back.
    ...gatewaysStartedBy(node, start).map(profile => healthStep(node, profile, null, `health:${profile}`)),
  ]
  return {
    id: stamp.id,
    kind: 'release',
    sentence: `Bring ${label} back: its services are enabled and started again as they were.`,
    createdAt: stamp.now.toISOString(),
    source: null,
    target: id,
    ...(isWindows ? { platform: 'win32' as const } : {}),
    snapshot: null,
    relies: {},
    options: PlanOptions.parse({}),
    carried: [],
    leftOut: [],
    rewrites: [],
    decisions: [],
    differences: [],
    blockers: [],
    notes: [],
    steps: [...steps],
    wayBack: 'None is needed: nothing was deleted. Quarantine it again to stop it.',
  }
}

function startText({ commands }: Extract<Action, { type: 'quarantine' }>, isWindows: boolean): string {
  if (commands.length === 0) return 'It did not run before.'
  const more = isWindows
    ? ' A task runs only while its user is logged on there, so this may have to wait for that.'
    : ''
  return `A start can take some seconds.${more}`
}

/** Profiles whose gateway these commands start. */
function gatewaysStartedBy(
  { survey }: NodeFacts,
  { commands }: Extract<Action, { type: 'quarantine' }>,
): readonly string[] {
  // What is not loaded is in no domain of launchd's: there the list tells which service it is.
  const lines = new Set(commands.map(keyOf))
  return survey.profiles.flatMap(({ name, services }) => {
    const starts = services
      .filter(({ kind }) => kind === 'gateway')
      .map(unit => keyOf(managerCommand(unitOfService(unit, survey), 'start')))
    return starts.some(line => lines.has(line)) ? [name] : []
  })
}

function keyOf(command: Argv): string {
  return (command[0] === 'launchctl' ? command.slice(-1) : command).join(' ')
}

function isVerb(verb: 'enable' | 'start') {
  return (action: Action | undefined): action is Extract<Action, { type: 'quarantine' }> =>
    action?.type === 'quarantine' && action.verb === verb
}
