import type { Step } from '../../shared/plan'
import { SECOND } from '../../shared/units'
import { managerCommand, stopCommands } from './services'
import {
  asRoot,
  DEFAULT_LIMIT_MS,
  isMac,
  isWindows,
  names,
  sentences,
  serviceFiles,
  stepOf,
  undoOf,
  type StepParts,
} from './step-parts'

/** Kept for the proof of a stop, beyond what the units allow themselves. */
const PROOF_MS = 20 * SECOND
/** Kept on macOS for ending what launchd does not know of, and for seeing that it stays away. */
const REVIVAL_LIMIT_MS = 30 * SECOND
/** Kept on Windows for a task that is still on and would be started again when it failed. */
const RESTART_LIMIT_MS = 180 * SECOND

/** Stops what runs; its undo starts again what ran. */
export function stopStep(parts: StepParts): Step {
  const { node, units } = parts
  const items = parts.items.filter(({ kind }) => kind === 'process' || kind === 'port')
  const allowed = units.reduce((sum, unit) => sum + unit.stopLimitMs, 0)
  const started = units.filter(unit => unit.isActive || (unit.isTask && unit.isEnabled))
  const processes = items.filter(({ kind }) => kind === 'process')
  return {
    ...stepOf(parts, 'stop', items, units.flatMap(stopCommands)),
    title: `Stop OpenClaw on ${node.record.label}`,
    detail: sentences(
      units.length > 0 &&
        !isWindows(parts) &&
        `The services may take up to ${Math.round(allowed / SECOND)} s, as long as they allow themselves; you can force it.`,
      ...(isWindows(parts) ? windowsStopTexts(units.length > 0, processes) : []),
      processes.length > 0 &&
        !isWindows(parts) &&
        `What is left is asked to end (SIGTERM), and after 10 s made to (SIGKILL), by pid and start time: ${names(processes)}.`,
      isMac(parts) &&
        units.length > 0 &&
        'launchd unloads them, or it would start them again; where nobody is logged in at the screen, from its domain of the user.',
      units.length + processes.length === 0 && 'Nothing runs.',
      asRoot(node, units),
    ),
    probe: isMac(parts)
      ? 'launchd has none of them loaded, no process runs and nobody listens on its ports.'
      : 'No process runs and nobody listens on its ports.',
    isCritical: true,
    limitMs: stopLimitMs(parts, allowed),
    ...undoOf(parts, 'start', started),
  }
}

function stopLimitMs(parts: StepParts, allowed: number): number {
  if (isWindows(parts)) return DEFAULT_LIMIT_MS + 2 * allowed + RESTART_LIMIT_MS
  if (isMac(parts)) return DEFAULT_LIMIT_MS + allowed + REVIVAL_LIMIT_MS
  return Math.max(DEFAULT_LIMIT_MS, allowed + PROOF_MS)
}

/** What ends on Windows, and how: there is no signal that a program could heed. */
function windowsStopTexts(hasTasks: boolean, processes: StepParts['items']): readonly (string | false)[] {
  return [
    hasTasks &&
      'Each task is switched off first, since the task scheduler starts again what failed, then ended. It ends what it started itself; what that started may live on.',
    processes.length > 0 &&
      `What lives on is ended by force (TerminateProcess; Windows knows no asking), by pid and start time: ${names(processes)}.`,
    (hasTasks || processes.length > 0) &&
      'Whether it stays away is looked at for 12 s, or for as long as a task that is still on waits to start it again.',
  ]
}

/** Keeps the services from starting at the next boot; its undo enables what was. */
export function disableStep(parts: StepParts): Step {
  const { node, units } = parts
  return {
    ...stepOf(
      parts,
      'disable',
      serviceFiles(parts.items),
      units.map(unit => managerCommand(unit, 'disable')),
    ),
    title: 'Keep it from starting again',
    detail: sentences(
      units.length === 0 ? 'There is no service.' : 'Neither a boot nor a login starts it any more.',
      isWindows(parts) && units.length > 0 && 'What a task started before it was switched off is ended.',
      isWindows(parts) &&
        parts.items.some(({ kind, path }) => kind === 'unit' && path !== null) &&
        'An entry of the folder Startup cannot be switched off: it stays until it is removed.',
      isMac(parts) && units.length > 0 && 'launchd’s note of it is dropped again once the files are gone.',
      asRoot(node, units),
    ),
    probe: 'The service manager says that none is enabled.',
    isCritical: false,
    limitMs: DEFAULT_LIMIT_MS * Math.max(isWindows(parts) ? 3 : 1, units.length),
    ...undoOf(
      parts,
      'enable',
      units.filter(unit => unit.isEnabled),
    ),
  }
}
