import type { Action, Step } from '../../shared/plan'
import type { OpenClawInstall, ProfileFacts, ServiceFacts } from '../../shared/survey'
import { MINUTE, SECOND } from '../../shared/units'
import {
  DEFAULT_STOP_LIMIT_MS,
  gatewayService,
  installService,
  openclawCommand,
  serviceCommand,
} from '../openclaw/commands'
import { isRunning, type NodeFacts } from './facts'

/** Drives a node's service manager. */
const service = (
  node: NodeFacts,
  profile: string,
  verb: Extract<Action, { type: 'service' }>['verb'],
  commands: readonly (readonly string[])[],
): Action => ({ type: 'service', nodeId: node.record.id, verb, profile, commands: commands.map(words => [...words]) })

/** Stops a profile's gateway, waiting as long as its own unit allows. Its undo starts again what ran before. */
export function stopStep(node: NodeFacts, profile: ProfileFacts, id: string): Step {
  const unit = gatewayService(profile)
  const isUndoable = unit !== undefined && isRunning(profile)
  const limitMs = (unit?.stopLimitMs ?? DEFAULT_STOP_LIMIT_MS) + 20 * SECOND
  return {
    id,
    title: `Stop the gateway on ${node.record.label}`,
    detail:
      unit === undefined
        ? 'It runs without a service: it is asked to end (SIGTERM), and can only be started again by hand.'
        : `Its unit allows up to ${Math.round((limitMs - 20 * SECOND) / SECOND)} s for this. A clean stop takes under a second.`,
    action: service(node, profile.name, 'stop', unit === undefined ? [] : [serviceCommand(unit, 'stop')]),
    probe: 'No main process in the unit, and nothing answers on the port.',
    isCritical: true,
    limitMs,
    ...(isUndoable ? { undo: service(node, profile.name, 'start', [serviceCommand(unit, 'start')]) } : {}),
  }
}

/** Starts a profile's gateway. Its undo stops it: what it read must not stay in memory when the files go back. */
export function startStep(
  node: NodeFacts,
  profile: string,
  unit: { readonly name: string; readonly scope: 'user' | 'system' },
  id = 'start',
): Step {
  return {
    id,
    title: `Start the gateway on ${node.record.label}`,
    detail: 'A first start can take some seconds.',
    action: service(node, profile, 'start', [serviceCommand(unit, 'start')]),
    probe: 'The unit is active and has a main process.',
    isCritical: true,
    limitMs: 2 * MINUTE,
    undo: service(node, profile, 'stop', [serviceCommand(unit, 'stop')]),
  }
}

/** Lets the user's services run without a login. */
export function lingerStep(node: NodeFacts): Step {
  const user = node.survey.os.user
  return {
    id: 'linger',
    title: `Let services of ${user} run without a login`,
    detail: 'Without this the gateway would end with the last login and not start at boot.',
    action: service(node, 'default', 'enable-linger', [['loginctl', 'enable-linger', user]]),
    probe: 'loginctl shows Linger=yes.',
    isCritical: true,
    limitMs: 30 * SECOND,
    undo: lingerOff(node),
  }
}

function lingerOff(node: NodeFacts): Action {
  return service(node, 'default', 'disable-linger', [['loginctl', 'disable-linger', node.survey.os.user]])
}

/** Takes back what {@link lingerStep} of an earlier run switched on. */
export function lingerOffStep(node: NodeFacts): Step {
  const user = node.survey.os.user
  return {
    id: 'linger-off',
    title: `Let services of ${user} end with the last login again`,
    detail: 'The run switched this on; before it was off.',
    action: lingerOff(node),
    probe: 'loginctl shows Linger=no.',
    isCritical: false,
    limitMs: 30 * SECOND,
  }
}

/** What a service is installed with. `before` is the unit that is there now; it is kept until the run is proven. */
export interface ServicePart {
  readonly profile: string
  readonly port: number | null
  readonly before: ServiceFacts | undefined
  /** Names the copy of the former unit. */
  readonly planId: string
}

/** Where the former unit is kept while a run is under way; null when there is none. */
function keptUnit({ before, planId }: ServicePart): { readonly path: string; readonly copy: string } | null {
  const path = before?.path ?? null
  return path === null ? null : { path, copy: `${path}.ocm-${planId}` }
}

/** The first argument is kept as the second, once: a second try must not take the new unit for the old one. */
const KEEP = 'test -e "$2" || cp -p -- "$1" "$2"'
const PUT_BACK = 'test ! -e "$2" || mv -f -- "$2" "$1"'

/** Installs the profile's service anew for this machine. Its undo puts the former unit back, or removes the new one. */
export function installServiceStep(node: NodeFacts, install: OpenClawInstall, part: ServicePart): Step {
  const command = installService(install, part.profile, part.port)
  const kept = keptUnit(part)
  return {
    id: 'service',
    title: `Install the service on ${node.record.label}`,
    detail: 'OpenClaw writes the unit itself, with the paths of this machine. A unit is never copied.',
    action: service(node, part.profile, 'install', [
      ...(kept === null ? [] : [['sh', '-c', KEEP, 'sh', kept.path, kept.copy]]),
      command,
    ]),
    probe: 'The unit is there, is enabled, and points at this machine’s Node and OpenClaw.',
    isCritical: true,
    limitMs: 2 * MINUTE,
    undo:
      kept === null || part.before === undefined
        ? service(node, part.profile, 'uninstall', [
            openclawCommand(install, part.profile, ['gateway', 'uninstall', '--json']),
          ])
        : service(node, part.profile, 'put-back', [
            serviceCommand(part.before, 'stop'),
            ['sh', '-c', PUT_BACK, 'sh', kept.path, kept.copy],
            ['systemctl', '--user', 'daemon-reload'],
          ]),
  }
}

/** Drops the copy of the former unit; no step when there was none. */
export function tidyStep(node: NodeFacts, part: ServicePart): readonly Step[] {
  const kept = keptUnit(part)
  if (kept === null) return []
  return [
    {
      id: 'tidy',
      title: `Drop the copy of the former unit on ${node.record.label}`,
      detail: 'It was kept for the way back.',
      action: service(node, part.profile, 'tidy', [['rm', '-f', '--', kept.copy]]),
      probe: 'The command ends with 0.',
      isCritical: false,
      limitMs: 30 * SECOND,
    },
  ]
}
