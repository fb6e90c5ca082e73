import type { Component } from '../../shared/components'
import type { Action, Step } from '../../shared/plan'
import type { OpenClawInstall, ProfileFacts, ServiceFacts } from '../../shared/survey'
import { MIB, MINUTE, SECOND } from '../../shared/units'
import {
  DEFAULT_STOP_LIMIT_MS,
  gatewayService,
  installOpenClaw,
  installService,
  openclawCommand,
  serviceCommand,
} from '../openclaw/commands'
import { isRunning, type NodeFacts } from './facts'

/** A slow line still moves this much. Used to give size-dependent steps their limit. Bytes per second. */
const SLOWEST_RATE = MIB

/** A limit for moving so many bytes: ten minutes, plus what a slow line needs. */
export function transferLimitMs(bytes: number): number {
  return 10 * MINUTE + Math.ceil(bytes / SLOWEST_RATE) * SECOND
}

/** Reads a node into the repository. */
export function captureStep(
  node: NodeFacts,
  part: {
    readonly id: string
    readonly title: string
    readonly detail: string
    readonly profile: string
    readonly components: readonly Component[]
    readonly reason: 'manual' | 'migration' | 'safety'
    readonly bytes: number
    readonly rehash?: boolean | undefined
  },
): Step {
  return {
    id: part.id,
    title: part.title,
    detail: part.detail,
    action: {
      type: 'capture',
      nodeId: node.record.id,
      profile: part.profile,
      components: [...part.components],
      reason: part.reason,
      as: part.id,
      ...(part.rehash === true ? { rehash: true } : {}),
    },
    probe: 'The backup is read back from disk and every piece matches its hash.',
    isCritical: true,
    limitMs: transferLimitMs(part.bytes),
  }
}

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

/** Sends a snapshot's files into the staging folder; nothing live changes. */
export function stageStep(node: NodeFacts, profile: string, snapshot: string, bytes: number): Step {
  return {
    id: 'stage',
    title: `Bring the files to ${node.record.label}`,
    detail: 'They land beside the live set-up, with paths already rewritten. Nothing live changes yet.',
    action: { type: 'place', nodeId: node.record.id, verb: 'stage', profile, snapshot },
    probe: 'Every staged file matches its SHA-256.',
    isCritical: true,
    limitMs: transferLimitMs(bytes),
    undo: { type: 'place', nodeId: node.record.id, verb: 'finish', profile, snapshot },
  }
}

/** Swaps the staged files in, with renames only. */
export function commitStep(node: NodeFacts, profile: string, snapshot: string): Step {
  const place = (verb: 'commit' | 'roll-back'): Action => ({
    type: 'place',
    nodeId: node.record.id,
    verb,
    profile,
    snapshot,
  })
  return {
    id: 'commit',
    title: `Put the files in place on ${node.record.label}`,
    detail: 'Renames only, in one go that ends even if the line is cut. What was there is set aside.',
    action: place('commit'),
    probe: 'Every placed file is hashed again on the node.',
    isCritical: true,
    limitMs: 10 * MINUTE,
    undo: place('roll-back'),
  }
}

/** Drops the staging folder and what was set aside. */
export function finishStep(node: NodeFacts, profile: string, snapshot: string): Step {
  return {
    id: 'finish',
    title: `Clear the staging folder on ${node.record.label}`,
    detail: 'What was set aside is also in the safety backup.',
    action: { type: 'place', nodeId: node.record.id, verb: 'finish', profile, snapshot },
    probe: 'The staging folder is gone.',
    isCritical: false,
    limitMs: 5 * MINUTE,
  }
}

/** Asks the node's own judge whether the config is valid. */
export function validateStep(node: NodeFacts, install: OpenClawInstall, profile: string): Step {
  return {
    id: 'validate',
    title: 'OpenClaw checks the configuration',
    detail: 'The node’s own `config validate` decides.',
    action: {
      type: 'command',
      nodeId: node.record.id,
      purpose: 'validate',
      commands: [openclawCommand(install, profile, ['config', 'validate'])],
    },
    probe: 'It exits with 0.',
    isCritical: true,
    limitMs: MINUTE,
  }
}

/** Lets OpenClaw's doctor look, and import older state where the generation changes. */
export function doctorStep(node: NodeFacts, install: OpenClawInstall, profile: string, isCrossing: boolean): Step {
  const words = isCrossing ? ['doctor', '--fix', '--non-interactive'] : ['doctor', '--non-interactive']
  return {
    id: 'doctor',
    title: isCrossing ? 'OpenClaw imports the older state' : 'OpenClaw’s doctor looks at it',
    detail: isCrossing
      ? 'Files of the older generation become databases. The originals stay beside them.'
      : 'Its findings are noted; the proof below decides.',
    action: {
      type: 'command',
      nodeId: node.record.id,
      purpose: isCrossing ? 'import' : 'doctor',
      commands: [openclawCommand(install, profile, words)],
    },
    probe: isCrossing ? 'It exits with 0.' : 'It answers.',
    isCritical: isCrossing,
    limitMs: 5 * MINUTE,
  }
}

/** Installs OpenClaw on a node that has none. */
export function installOpenClawStep(node: NodeFacts, version: string): Step {
  return {
    id: 'install',
    title: `Install OpenClaw ${version} on ${node.record.label}`,
    detail: 'With the npm that is there.',
    action: {
      type: 'command',
      nodeId: node.record.id,
      purpose: 'install-openclaw',
      commands: [installOpenClaw(version)],
    },
    probe: 'A fresh look finds this version.',
    isCritical: true,
    limitMs: 15 * MINUTE,
  }
}

/** Asks the gateway for its health, and for the version that answers. */
export function healthStep(node: NodeFacts, profile: string, version: string | null, id = 'health'): Step {
  return {
    id,
    title: `The gateway on ${node.record.label} answers`,
    detail: 'Asked on its own port until it says it is live.',
    action: { type: 'http', nodeId: node.record.id, profile, path: '/healthz', expectVersion: version },
    probe: '/healthz answers 200 with "live", from the process of this unit.',
    isCritical: true,
    limitMs: 3 * MINUTE,
  }
}

/** Compares what should be there with what is. */
export function proveStep(node: NodeFacts, profile: string, snapshot: string): Step {
  return {
    id: 'prove',
    title: 'Prove it',
    detail: 'Agents, cron jobs, channels and credentials are counted again; old paths are searched for.',
    action: { type: 'prove', nodeId: node.record.id, profile, snapshot },
    probe: 'Every row of the proof holds.',
    isCritical: true,
    limitMs: 5 * MINUTE,
  }
}
