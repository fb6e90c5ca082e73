import type { Command } from 'commander'
import type { EventData } from '../../shared/contract'
import { AppError } from '../../shared/errors'
import type { WatchPoint } from '../../shared/sample'
import { bytesText, countText, HOUR, momentText } from '../../shared/units'
import type { Alert } from '../../shared/watch'
import { findNode, type CommandContext } from './context'
import { table } from './output'
import type { Act } from './program'

interface WatchOptions {
  readonly once?: boolean
}

/** `ocm watch`, `ocm alerts`. */
export function addWatchCommands(program: Command, act: Act): void {
  program
    .command('watch [nodes...]')
    .description('poll nodes and judge them by the rules; goes on until Ctrl-C')
    .option('--once', 'poll once and show what came of it')
    .action(
      act((context, names, options: WatchOptions) =>
        options.once === true ? once(context, names) : follow(context, names),
      ),
    )
  program
    .command('alerts')
    .description('what is open, and what was cleared within a week, as last polled')
    .action(
      act(({ services, output }) => {
        const alerts = services.watcher.alerts()
        output.result(alerts, () => (alerts.length === 0 ? 'No alerts.' : table(alerts.map(alertRow))))
        return Promise.resolve()
      }),
    )
}

/** One node as it was seen. */
interface Seen {
  readonly node: string
  readonly point: WatchPoint
  readonly alerts: readonly Alert[]
}

async function once(context: CommandContext, names: readonly string[]): Promise<void> {
  const { services, output } = context
  await knowBackups(context)
  const nodes = names.length === 0 ? watched(context) : names.map(name => findNode(services, name))
  const points = await Promise.all(nodes.map(node => services.watcher.pollOnce(node.id)))
  const open = services.watcher.alerts().filter(alert => alert.state === 'open')
  const seen = nodes.flatMap((node, index): Seen[] => {
    const point = points[index]
    const alerts = open.filter(alert => alert.nodeId === node.id)
    return point === undefined ? [] : [{ node: node.label, point, alerts }]
  })
  output.result(seen, () => [table(seen.map(seenRow)), ...open.map(alertText)].join('\n'))
  const missed = seen.filter(({ point }) => point.reach !== 'seen')
  if (missed.length === 0) return
  throw new AppError(
    'connection-lost',
    `Not seen: ${missed.map(({ node, point }) => `${node} (${point.reach})`).join(', ')}.`,
    {
      hint: 'ocm nodes test <node> says why.',
    },
  )
}

/** Watches until the person ends it. Each point is a line; with `--json` each is a JSON value on a line of its own. */
async function follow(context: CommandContext, names: readonly string[]): Promise<void> {
  const { services, output } = context
  const wanted = new Set(names.map(name => findNode(services, name).id))
  await knowBackups(context)
  const label = new Map(services.registry.list().map(node => [node.id, node.label]))
  const isWanted = (nodeId: string): boolean => wanted.size === 0 || wanted.has(nodeId)
  using _points = services.bus.listen((event, data) => {
    if (event !== 'pointAdded') return
    const { nodeId, point } = data as EventData<'pointAdded'>
    if (!isWanted(nodeId)) return
    const node = label.get(nodeId) ?? nodeId
    if (output.isJson) output.line({ node, point })
    else
      output.line(`${momentText(new Date(point.at).toISOString())}  ${seenRow({ node, point, alerts: [] }).join('  ')}`)
  })
  using _notices = services.watcher.onNotice(notice => output.say(`${notice.title}. ${notice.body}`))
  services.watcher.start()
  const awake = setInterval(() => undefined, HOUR) // A signal alone keeps no process alive, nor does a node that is down.
  await new Promise<void>(resolve => process.once('SIGINT', resolve))
  clearInterval(awake)
}

/** Whether a backup is overdue is judged by the list of backups; one that cannot be opened is no reason not to watch. */
async function knowBackups({ services, output }: CommandContext): Promise<void> {
  await services.refreshBackups().catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    output.say(`The backups cannot be listed: ${error.message}`)
  })
}

function watched({ services }: CommandContext) {
  const { nodes } = services.watcher.config()
  return services.registry.list().filter(({ id }) => nodes[id]?.isWatched !== false)
}

function seenRow({ node, point, alerts }: Seen): string[] {
  const { seen } = point
  if (seen === null) return [node, point.reach]
  const count = (family: 'node-run' | 'gateway'): number => seen.families[family]?.count ?? 0
  const leaked = Object.values(seen.families).reduce((sum, family) => sum + family.leaked, 0)
  const orphans = seen.orphans.reduce((sum, one) => ({ files: sum.files + one.files, bytes: sum.bytes + one.bytes }), {
    files: 0,
    bytes: 0,
  })
  const disk = seen.disks.map(
    ({ path, freeBytes, totalBytes }) => `${path}: ${bytesText(freeBytes)} of ${bytesText(totalBytes)} free`,
  )
  return [
    node,
    `OpenClaw ${seen.version ?? 'unknown'}`,
    `gateway ${seen.gateways.map(({ health }) => health).join(', ') || 'none'}`,
    `${countText(count('node-run'), 'node run')}, ${leaked} leaked`,
    `${countText(orphans.files, 'orphan')} (${bytesText(orphans.bytes)})`,
    disk.join(', '),
    countText(alerts.length, 'alert'),
  ]
}

function alertRow(alert: Alert): string[] {
  const since = momentText(new Date(alert.since).toISOString())
  const quiet = alert.isMuted ? 'muted' : alert.snoozedUntil === null ? '' : 'snoozed'
  return [alert.state === 'open' ? alert.level : 'cleared', alert.nodeLabel, alert.title, since, quiet]
}

function alertText({ level, nodeLabel, title, text }: Alert): string {
  return `${level}: ${nodeLabel}: ${title}. ${text}`
}
