import type { ByHand, DeletionBot, DeletionItem, DeletionOptions, Traces } from '../../shared/deletion'
import type { Argv } from '../../shared/plan'
import { nativePath } from '../../shared/windows-words'
import { powershellLine } from '../remote/powershell'
import { commandLine } from '../ssh/quote'
import type { DeletionFacts } from './facts'
import { isApp, isOfSystemSchedule, isOwnTask, isTimer, isWindowsApp, startsOpenClaw } from './inventory'
import { isTicked, peerByHand } from './peers'
import { timerByHand } from './timer-by-hand'

/** Where bots are deleted. */
const BOT_FATHER = 'https://t.me/BotFather'

/** What only the person can do, with the exact command and where. */
export function byHandOf(
  facts: DeletionFacts,
  items: readonly DeletionItem[],
  bots: readonly DeletionBot[],
  options: DeletionOptions,
): readonly ByHand[] {
  const left = facts.peers.filter(peer => !isTicked(peer, options))
  return [
    ...bots.flatMap(botByHand),
    ...items.flatMap(item => rootByHand(facts, item)),
    ...items.flatMap(item => scheduleByHand(facts, item)),
    ...items.flatMap(item => appByHand(facts, item)),
    ...facts.traces.notSeen.filter(startsOpenClaw).map(note => startByHand(facts, note)),
    ...left.map(peer => peerByHand(peer, `${peer.label} still knows this machine (${peer.what}).`)),
  ]
}

function botByHand({ botId, sharedWith }: DeletionBot): readonly ByHand[] {
  if (sharedWith !== null) return []
  return [
    {
      text: `Delete the Telegram bot ${botId}: send this to @BotFather and choose the bot. Telegram lets nobody else do it.`,
      command: '/deletebot',
      link: BOT_FATHER,
    },
  ]
}

/** What only root may remove, where OCM cannot become root. */
function rootByHand({ node }: DeletionFacts, item: DeletionItem): readonly ByHand[] {
  // Processes end with their unit, which is told by itself.
  if (item.verdict !== 'goes' || !item.needsRoot || item.kind === 'process') return []
  const isWindows = node.survey.os.platform === 'win32'
  if (node.canSudo && !isWindows) return []
  if (isWindows) return [administratorByHand(node.record.label, item)]
  const command = rootCommand(item)
  const daemon = /^\/Library\/LaunchDaemons\/(.+)\.plist$/.exec(item.path ?? '')?.[1]
  // launchd would run it on without its list.
  const unload = daemon === undefined ? '' : `sudo ${commandLine(['launchctl', 'bootout', `system/${daemon}`])}; `
  return [
    {
      text: `On ${node.record.label}, as root: remove ${item.name}. OCM has no sudo password for this machine.`,
      command: command === null ? null : `${unload}sudo ${commandLine(command)}`,
      link: null,
    },
  ]
}

function administratorByHand(label: string, item: DeletionItem): ByHand {
  const command = windowsRemoval(item)
  return {
    text: `On ${label}, as administrator: remove ${item.name}. OCM cannot become one.`,
    command: command === null ? null : powershellLine(command),
    link: null,
  }
}

function windowsRemoval({ task, uninstall, path, kind }: DeletionItem): Argv | null {
  if (task !== undefined) return ['schtasks', '/Delete', '/F', '/TN', task]
  if (uninstall !== null) return uninstall
  if (path === null || kind === 'cron-lines' || kind === 'shell-lines') return null
  return ['Remove-Item', '-Recurse', '-Force', '-LiteralPath', nativePath(path)]
}

/** Lines that only root may take out of the schedule of the system, and timers: a person has to look at them. */
function scheduleByHand({ node }: DeletionFacts, item: DeletionItem): readonly ByHand[] {
  const { label } = node.record
  const lines = item.lines.map(line => line.text).join(' · ')
  if (item.task !== undefined && isOwnTask(item)) return [taskByHand(label, item.task, lines)]
  if (item.verdict !== 'by-hand' || item.path === null || !isOfSystemSchedule(item)) return []
  if (isTimer(item)) return [timerByHand(label, item, lines)]
  if (item.isWholeFile === true) {
    const text = `On ${label}, as root: remove ${item.name}, which does nothing but start OpenClaw: ${lines}`
    return [{ text, command: commandLine(['sudo', 'rm', '--', item.path]), link: null }]
  }
  const text = `On ${label}, as root: take these lines out of ${item.name}: ${lines}`
  return [{ text, command: commandLine(['sudoedit', item.path]), link: null }]
}

function taskByHand(label: string, task: string, lines: string): ByHand {
  const text = `On ${label}: look at the scheduled task ${task}, which somebody made and which names OpenClaw: ${lines}. Where it does nothing else, delete it:`
  return { text, command: powershellLine(['schtasks', '/Delete', '/TN', task]), link: null }
}

function startByHand({ node }: DeletionFacts, { what, why }: Traces['notSeen'][number]): ByHand {
  const command = what.startsWith('service ') ? 'services.msc' : 'regedit'
  return { text: `On ${node.record.label}, ${what}: ${why}`, command, link: null }
}

/** It starts its worker anew as long as it runs, so it is quit first. */
function appByHand({ node }: DeletionFacts, item: DeletionItem): readonly ByHand[] {
  if (item.verdict !== 'by-hand' || item.path === null || !isApp(item)) return []
  if (isWindowsApp(item)) {
    const how = 'quit OpenClaw (its menu in the notification area), then uninstall it in Settings, Apps'
    return [
      {
        text: `On ${node.record.label}: ${how}. It is in ${nativePath(item.path)}.`,
        command: 'start ms-settings:appsfeatures',
        link: null,
      },
    ]
  }
  const text = `On ${node.record.label}: quit OpenClaw (its menu in the menu bar, or osascript -e 'quit app "OpenClaw"'), then move ${item.path} to the Trash.`
  return [{ text, command: commandLine(['rm', '-rf', '--', item.path]), link: null }]
}

function rootCommand({ uninstall, path, kind }: DeletionItem): Argv | null {
  if (uninstall !== null) return uninstall
  if (path === null || kind === 'cron-lines' || kind === 'shell-lines') return null
  return ['rm', '-rf', '--', path]
}
