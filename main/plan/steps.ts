import type { Component } from '../../shared/components'
import type { Action, Step } from '../../shared/plan'
import type { OpenClawInstall } from '../../shared/survey'
import { MIB, MINUTE, SECOND } from '../../shared/units'
import { installOpenClaw, openclawCommand, uninstallOpenClaw } from '../openclaw/commands'
import type { NodeFacts } from './facts'

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
    readonly replaces?: string
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
      ...(part.replaces === undefined ? {} : { replaces: part.replaces }),
    },
    probe: 'The backup is read back from disk and every piece matches its hash.',
    isCritical: true,
    limitMs: transferLimitMs(part.bytes),
  }
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

/**
 * Lets OpenClaw fetch what its plugins need on this machine: packages it keeps apart for each plugin, and native modules,
 * are bound to the machine and not carried.
 */
export function pluginsStep(node: NodeFacts, install: OpenClawInstall, profile: string): Step {
  return {
    id: 'plugins',
    title: `OpenClaw installs its plugins on ${node.record.label}`,
    detail:
      'Their packages are made for one machine, so they are fetched anew, from where they were installed from; one that is not pinned may come in a newer version.',
    action: {
      type: 'command',
      nodeId: node.record.id,
      purpose: 'plugins',
      commands: [openclawCommand(install, profile, ['plugins', 'update', '--all'])],
    },
    probe: 'It exits with 0.',
    isCritical: false,
    limitMs: 10 * MINUTE,
  }
}

/** Installs OpenClaw on a node that has none. */
export function installOpenClawStep(node: NodeFacts, version: string): Step {
  return {
    id: 'install',
    title: `Install OpenClaw ${version} on ${node.record.label}`,
    detail:
      'With the npm that is there: for everybody where the user may write there, else below the home, in ~/.npm-global. To call it in a shell of your own then, add ~/.npm-global/bin to the PATH.',
    action: {
      type: 'command',
      nodeId: node.record.id,
      purpose: 'install-openclaw',
      commands: [installOpenClaw(version)],
    },
    probe: 'A fresh look finds this version.',
    isCritical: true,
    limitMs: 15 * MINUTE,
    undo: uninstallOpenClawAction(node),
  }
}

function uninstallOpenClawAction(node: NodeFacts): Action {
  const nodeId = node.record.id
  return { type: 'command', nodeId, purpose: 'uninstall-openclaw', commands: [uninstallOpenClaw()] }
}

/** Takes back what {@link installOpenClawStep} of an earlier run installed. */
export function uninstallOpenClawStep(node: NodeFacts): Step {
  return {
    id: 'uninstall',
    title: `Remove OpenClaw from ${node.record.label}`,
    detail: 'The run installed it; before there was none.',
    action: uninstallOpenClawAction(node),
    probe: 'A fresh look finds no OpenClaw.',
    isCritical: false,
    limitMs: 5 * MINUTE,
  }
}

/** Removes folders that came since a snapshot and are empty. */
export function sweepStep(node: NodeFacts, profile: string, snapshot: string): Step {
  return {
    id: 'sweep',
    title: `Remove empty folders on ${node.record.label} that came with the run`,
    detail: 'Only those that the safety backup does not know and that hold nothing.',
    action: { type: 'place', nodeId: node.record.id, verb: 'sweep', profile, snapshot },
    probe: 'No such folder is left.',
    isCritical: false,
    limitMs: 5 * MINUTE,
  }
}

/** A gateway may take so long until it says that it is live, ms. */
export const HEALTH_LIMIT_MS = 3 * MINUTE

/** Asks the gateway for its health, and for the version that answers. */
export function healthStep(node: NodeFacts, profile: string, version: string | null, id = 'health'): Step {
  return {
    id,
    title: `The gateway on ${node.record.label} answers`,
    detail: 'Asked on its own port until it says it is live.',
    action: { type: 'http', nodeId: node.record.id, profile, path: '/healthz', expectVersion: version },
    probe: '/healthz answers 200 with "live", from the process of this unit.',
    isCritical: true,
    limitMs: HEALTH_LIMIT_MS,
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
