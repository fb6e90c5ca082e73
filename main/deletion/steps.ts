import type { Argv, Step } from '../../shared/plan'
import { MINUTE, SECOND } from '../../shared/units'
import { nativePath } from '../../shared/windows-words'
import { transferLimitMs } from '../plan/steps'
import { PEER_LIMIT_MS } from '../perform/delete/forget-on-peers'
import { peerCommand } from './peers'
import { managerCommand, taskRemoval } from './services'
import {
  asRoot,
  DEFAULT_LIMIT_MS,
  isMac,
  isWindows,
  names,
  removalLimitMs,
  sentences,
  sizeOf,
  sizeText,
  stepOf,
  type StepParts,
} from './step-parts'
import { disableStep, stopStep } from './stop-steps'

/** Telegram may ask for pauses; so long for one bot. */
const BOT_LIMIT_MS = 100 * SECOND

/** The eleven steps, in their order; ids are the verbs. */
export function deletionSteps(parts: StepParts): readonly Step[] {
  return [
    stopStep(parts),
    disableStep(parts),
    backUpStep(parts),
    releaseStep(parts),
    sessionsStep(parts),
    uninstallStep(parts),
    stateStep(parts),
    unitsStep(parts),
    verifyStep(parts),
    registryStep(parts),
    recordStep(parts),
  ]
}

function backUpStep(parts: StepParts): Step {
  const { options, profiles } = parts
  const size = sizeOf(parts.items.filter(({ kind }) => kind === 'state' || kind === 'workspace'))
  return {
    ...stepOf(parts, 'back-up', [], []),
    title: options.waiveBackup ? 'Back up: waived' : 'Back up everything, off the machine',
    detail: options.waiveBackup
      ? 'You chose to delete without a backup. What goes cannot be brought back.'
      : sentences(
          `A full backup of ${profiles.length === 1 ? 'the profile' : 'the profiles'} ${profiles.join(', ')} (${sizeText(size)}), read back and verified. Without it nothing is deleted.`,
          options.keepCopyOnNode &&
            'A copy of the configuration is left on the machine under /tmp/openclaw-backup-<timestamp>/, readable by its user only.',
        ),
    probe: 'The backup is read back from disk and every piece matches its hash.',
    isCritical: !options.waiveBackup,
    limitMs: transferLimitMs(size.bytes),
  }
}

function releaseStep(parts: StepParts): Step {
  return {
    ...stepOf(parts, 'release-bots', [], []),
    title: 'Let go of the Telegram bots',
    detail:
      parts.bots === 0
        ? 'There is none that only this machine uses.'
        : 'Over the Bot API: getMe, deleteWebhook with what is pending, and close where the Bot API server is not Telegram’s own. Telegram lets only you delete a bot, so the rest is named for you. Their tokens stay on the machine.',
    probe: 'What Telegram answers to each call.',
    isCritical: false,
    limitMs: DEFAULT_LIMIT_MS + parts.bots * BOT_LIMIT_MS,
  }
}

function sessionsStep(parts: StepParts): Step {
  const states = parts.items.filter(({ kind }) => kind === 'state')
  return {
    ...stepOf(parts, 'clear-sessions', states, []),
    title: 'Clear the session data',
    detail: states.length === 0 ? 'There is none.' : `Sessions and transcripts of the agents in ${names(states)}.`,
    probe: 'No file of them is there any more.',
    isCritical: false,
    limitMs: removalLimitMs(states),
  }
}

function uninstallStep(parts: StepParts): Step {
  const items = parts.items.filter(({ verb }) => verb === 'uninstall')
  const packages = items.filter(({ kind }) => kind === 'package')
  const lines = items.filter(({ kind }) => kind !== 'package')
  return {
    ...stepOf(
      parts,
      'uninstall',
      items,
      packages.flatMap(item => (item.uninstall === null ? [] : [item.uninstall])),
    ),
    title: 'Uninstall OpenClaw',
    detail: sentences(
      packages.length > 0 &&
        `By the way it was installed; what that leaves is removed by path: ${packages.flatMap(item => item.paths.map(nativePath)).join(', ')}.`,
      ...lines.map(item => `Taken out of ${item.name}: ${item.lines.map(line => line.text).join(' · ')}.`),
      items.length === 0 && 'No program goes.',
      asRoot(
        parts.node,
        packages.filter(item => item.needsRoot),
      ),
    ),
    probe: 'The package, its commands and the lines are not there any more.',
    isCritical: false,
    limitMs: 5 * MINUTE + removalLimitMs(packages),
  }
}

function stateStep(parts: StepParts): Step {
  const items = parts.items.filter(({ verb }) => verb === 'remove-state')
  return {
    ...stepOf(parts, 'remove-state', items, []),
    title: 'Remove the state and configuration',
    detail:
      items.length === 0
        ? 'There is none.'
        : `Each is checked once more by the guards on the machine, then removed: ${items.map(item => `${nativePath(item.path ?? item.name)}${item.size === null ? '' : ` (${sizeText(item.size)})`}`).join(', ')}.`,
    probe: 'None of these paths is there any more.',
    isCritical: false,
    limitMs: removalLimitMs(items),
  }
}

function unitsStep(parts: StepParts): Step {
  const items = parts.items.filter(({ verb }) => verb === 'remove-units')
  const files = items.filter(({ kind }) => kind === 'unit')
  const then = isWindows(parts)
    ? 'tasks by the task scheduler, entries of the folder Startup as files. It has no folders to read anew, and that a task was switched off goes with it.'
    : isMac(parts)
      ? 'first what is loaded again is unloaded, last launchd drops its note that they are switched off. It has no folders to read anew.'
      : 'then the service manager reads its folders anew.'
  return {
    ...stepOf(parts, 'remove-units', items, removalCommands(parts, items)),
    title: 'Remove the services',
    detail: sentences(
      files.length === 0 ? 'There is no service.' : `${names(files)}; ${then}`,
      asRoot(
        parts.node,
        files.filter(item => item.needsRoot),
      ),
    ),
    probe: isWindows(parts)
      ? 'The task scheduler has none of them, and the entries are gone.'
      : isMac(parts)
        ? 'The files are gone, and launchd has none of them loaded or noted as switched off.'
        : 'The files are gone and the service manager knows none of them.',
    isCritical: false,
    limitMs: DEFAULT_LIMIT_MS * Math.max(2, parts.units.length),
  }
}

function removalCommands(parts: StepParts, items: StepParts['items']): readonly Argv[] {
  if (isWindows(parts)) return parts.units.map(taskRemoval)
  return isMac(parts) ? launchdCommands(parts) : systemdCommands(parts, items)
}

function launchdCommands({ units }: StepParts): readonly Argv[] {
  return [
    ...units.map(unit => managerCommand(unit, 'stop')),
    // What is not there any more is not to be noted as switched off: OCM, or somebody before it, made that note.
    ...units.map(unit => managerCommand(unit, 'enable')),
  ]
}

function systemdCommands(parts: StepParts, items: StepParts['items']): readonly Argv[] {
  const isIn = (scope: 'user' | 'system'): boolean => parts.units.some(unit => unit.scope === scope)
  return [
    ...(isIn('user')
      ? [
          ['systemctl', '--user', 'daemon-reload'],
          ['systemctl', '--user', 'reset-failed'],
        ]
      : []),
    ...(isIn('system')
      ? [
          ['systemctl', 'daemon-reload'],
          ['systemctl', 'reset-failed'],
        ]
      : []),
    ...(items.some(({ kind }) => kind === 'linger') ? [['loginctl', 'disable-linger', parts.node.survey.os.user]] : []),
  ]
}

function verifyStep(parts: StepParts): Step {
  return {
    ...stepOf(parts, 'verify', parts.items, []),
    title: 'A witness looks',
    detail:
      'Over a fresh connection, with other code than that which acted: every process, port, file, command and line of this plan.',
    probe: 'Nothing of it is there any more.',
    isCritical: true,
    limitMs: 3 * MINUTE,
  }
}

function registryStep(parts: StepParts): Step {
  const { label } = parts.node.record
  const { peers } = parts
  const others = [...new Set(peers.map(peer => peer.label))].join(', ')
  const also = peers.length === 0 ? '' : `, and its ${peers.length === 1 ? 'record' : 'records'} off ${others}`
  return {
    ...stepOf(parts, 'update-registry', [], []),
    title: `${parts.isWhole ? `Take ${label} off the list` : `Keep ${label} on the list`}${also}`,
    detail: sentences(
      ...peers.map(peer => `On ${peer.label}: ${peerCommand(peer)} (${peer.what}).`),
      peers.length > 0 && 'What cannot be removed there is left to you and holds up nothing.',
      parts.isWhole
        ? 'Its record, its host key and its secrets in the keychain. Only after the witness saw nothing left.'
        : 'Something of OpenClaw stays on it.',
    ),
    probe: sentences(
      parts.isWhole ? 'It is in the list no more.' : 'It is in the list.',
      peers.length > 0 && 'Each of the others is asked whether it still knows it.',
    ),
    isCritical: true,
    limitMs: DEFAULT_LIMIT_MS + peers.length * PEER_LIMIT_MS,
  }
}

function recordStep(parts: StepParts): Step {
  return {
    ...stepOf(parts, 'record', [], []),
    title: 'Write the certificate',
    detail: 'Before and after of each item, with the hash of the backup; its own hash goes into the audit log.',
    probe: 'The audit log holds the hash.',
    isCritical: true,
    limitMs: DEFAULT_LIMIT_MS,
  }
}
