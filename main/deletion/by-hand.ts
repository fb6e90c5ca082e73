import type { ByHand, DeletionBot, DeletionItem, DeletionOptions } from '../../shared/deletion'
import type { Argv } from '../../shared/plan'
import { commandLine } from '../ssh/quote'
import type { DeletionFacts } from './facts'
import { isApp, isOfSystemSchedule, isTimer } from './inventory'
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
  if (item.verdict !== 'goes' || !item.needsRoot || node.canSudo || item.kind === 'process') return []
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

/** Lines that only root may take out of the schedule of the system, and timers: a person has to look at them. */
function scheduleByHand({ node }: DeletionFacts, item: DeletionItem): readonly ByHand[] {
  if (item.verdict !== 'by-hand' || item.path === null || !isOfSystemSchedule(item)) return []
  const { label } = node.record
  const lines = item.lines.map(line => line.text).join(' · ')
  if (isTimer(item)) return [timerByHand(label, item, lines)]
  if (item.isWholeFile === true) {
    const text = `On ${label}, as root: remove ${item.name}, which does nothing but start OpenClaw: ${lines}`
    return [{ text, command: commandLine(['sudo', 'rm', '--', item.path]), link: null }]
  }
  const text = `On ${label}, as root: take these lines out of ${item.name}: ${lines}`
  return [{ text, command: commandLine(['sudoedit', item.path]), link: null }]
}

/** It starts its worker anew as long as it runs, so it is quit first. */
function appByHand({ node }: DeletionFacts, item: DeletionItem): readonly ByHand[] {
  if (item.verdict !== 'by-hand' || item.path === null || !isApp(item)) return []
  const text = `On ${node.record.label}: quit OpenClaw (its menu in the menu bar, or osascript -e 'quit app "OpenClaw"'), then move ${item.path} to the Trash.`
  return [{ text, command: commandLine(['rm', '-rf', '--', item.path]), link: null }]
}

function rootCommand({ uninstall, path, kind }: DeletionItem): Argv | null {
  if (uninstall !== null) return uninstall
  if (path === null || kind === 'cron-lines' || kind === 'shell-lines') return null
  return ['rm', '-rf', '--', path]
}
