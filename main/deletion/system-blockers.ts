import { TASKS_UNTOLD, type DeletionOptions, type Trace } from '../../shared/deletion'
import type { Blocker } from '../../shared/plan'
import { nativePath } from '../../shared/windows-words'
import { isUnder } from '../openclaw/paths'
import type { NodeFacts } from '../plan/facts'
import { isApp, isWindowsApp, type Inventory, type InventoryFacts } from './inventory'

const KNOWN_PLATFORMS: ReadonlySet<string> = new Set(['linux', 'darwin', 'win32'])

/** Systems on which OCM does not delete. */
export function platformBlockers({ record, survey }: NodeFacts): readonly Blocker[] {
  if (!KNOWN_PLATFORMS.has(survey.os.platform)) {
    return [
      {
        code: 'platform',
        text: `${record.label} runs ${survey.os.name}. OCM deletes, with proof, on Linux, macOS and Windows.`,
        wayOut: 'Remove OpenClaw there by hand, then take the machine off the list.',
      },
    ]
  }
  // What shows no variables cannot tell a machine of the demo from the one that it runs on.
  const isDemoOnMac = survey.os.platform === 'darwin' && survey.serviceManager !== 'launchd'
  const isDemoOnWindows = survey.os.platform === 'win32' && record.isDemo
  if (isDemoOnMac || isDemoOnWindows) {
    return [
      {
        code: 'platform',
        text: `${record.label} is a machine of the demo on ${isDemoOnMac ? 'a Mac' : 'Windows'}, whose processes cannot be told from your own.`,
        wayOut: 'Try it with the demo on Linux.',
      },
    ]
  }
  return []
}

/** What Windows cannot do: it removes no program that runs, and OCM's own runs until the last step. */
export function windowsBlockers(
  { node, traces }: Pick<InventoryFacts, 'node' | 'traces'>,
  { items }: Inventory,
  options: DeletionOptions,
): readonly Blocker[] {
  const { record, survey } = node
  if (survey.os.platform !== 'win32') return []
  const untold = traces.notSeen.find(({ why }) => why.startsWith(TASKS_UNTOLD))
  const own = survey.nodes.find(({ from }) => from === 'this survey')?.path.replaceAll('\\', '/') ?? ''
  const holder = items.find(
    ({ verdict, path }) => verdict === 'goes' && path !== null && isUnder(own.toLowerCase(), path.toLowerCase()),
  )
  return [
    ...(untold === undefined
      ? []
      : [
          {
            code: 'tasks-unknown',
            text: `What starts OpenClaw on ${record.label} is not known, so it could not be kept from starting again. ${untold.why}`,
            wayOut:
              'Give the login the right to list scheduled tasks (Get-ScheduledTask), or use another, then preview again.',
          },
        ]),
    ...(holder === undefined
      ? []
      : [
          {
            code: 'own-node',
            text: `OCM works on ${record.label} with ${nativePath(own)}, which goes with ${nativePath(holder.path ?? '')}. Windows removes no program that runs.`,
            wayOut: `Install Node.js there for itself (winget install OpenJS.NodeJS.LTS), give OpenClaw's service that one, and preview again.`,
          },
        ]),
    ...(options.keepCopyOnNode
      ? [
          {
            code: 'no-copy',
            text: `OCM leaves no copy on ${record.label}: it does so on Linux and macOS only.`,
            wayOut: 'Leave the copy out. The backup in OCM is made in any case.',
          },
        ]
      : []),
  ]
}

/** The app of the desktop starts its worker anew as long as it runs. */
export function appBlockers({ record }: NodeFacts, traces: readonly Trace[]): readonly Blocker[] {
  return traces
    .filter(trace => isApp(trace) && trace.process !== null)
    .map(trace => ({
      code: 'app-running',
      text: `The OpenClaw app runs on ${record.label} (pid ${trace.process?.pid ?? 0}) and would start its worker again.`,
      wayOut: isWindowsApp(trace)
        ? 'Quit it there: its menu in the notification area. Then preview again.'
        : `Quit it there: its menu in the menu bar, or osascript -e 'quit app "OpenClaw"'. Then preview again.`,
    }))
}

/** An entry of the folder Startup can be removed, but not switched off and on again. */
export function startupBlockers({ record, survey }: NodeFacts, { items }: Inventory): readonly Blocker[] {
  if (survey.os.platform !== 'win32') return []
  return items
    .filter(
      ({ kind, verdict, path, task }) => kind === 'unit' && verdict === 'goes' && path !== null && task === undefined,
    )
    .map(({ path }) => ({
      code: 'startup-entry',
      text: `${nativePath(path ?? '')} starts OpenClaw on ${record.label} at each login. It cannot be switched off for a while.`,
      wayOut:
        'Delete the machine now, or move the entry away yourself and put it back when you bring the machine back.',
    }))
}
