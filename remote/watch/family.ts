import type { ProcessFamily } from '../../shared/sample'
import { commandOf, isPackageScript, titleOf } from '../recognize'
import type { ProcessLook } from './looks'

/** What is known of the node beside its processes when they are judged. */
export interface Ground {
  /** The account that looks. */
  readonly uid: number
  /** Pids that the locks of gateways name. */
  readonly lockPids: ReadonlySet<number>
  /** Units of OpenClaw by name, and what they are for. */
  readonly units: ReadonlyMap<string, 'gateway' | 'node-host'>
  /** Main processes of services, where a service manager named them (launchd). */
  readonly mainPids: ReadonlySet<number>
  /** All main processes of node hosts are among those: what a process was started with need not tell. */
  readonly knowsMainPids: boolean
  /** See {@link import('./machine').MachineLooks}. */
  readonly showsTitles: boolean
  /** The state directory that a process works on, as a key; null when nothing tells. */
  readonly setUpOf: (look: ProcessLook) => string | null
}

/** What a process is by itself, before its place among the others counts. */
type Nature = 'gateway' | 'node' | 'command' | 'worker' | 'unknown'

/** A process with its family, and those above it. */
export interface Member {
  readonly look: ProcessLook
  readonly nature: Nature
  readonly family: ProcessFamily
  /** The nearest process of OpenClaw above it. */
  readonly parent: ProcessLook | null
  readonly rootPid: number
  /** The gateway that it works for. */
  readonly gateway: ProcessLook | null
}

/** Commands of `openclaw gateway` that are not the gateway itself. */
const GATEWAY_COMMANDS =
  /^(status|stop|start|restart|install|uninstall|call|probe|health|discover|usage-cost|stability|diagnostics)$/
/** Options in front of a command that take a word. */
const TAKES_WORD = /^--(profile|log-level|container)$/

/** Sorts processes into families, each by itself first and then by what it belongs to. */
export function sortIntoFamilies(looks: readonly ProcessLook[], ground: Ground): Member[] {
  const byPid = new Map(looks.map(look => [look.pid, look]))
  const natures = naturesOf(looks, ground)
  return looks.map(look => {
    const above = look.ancestors.flatMap(({ pid }) => byPid.get(pid) ?? [])
    const gateway = above.find(({ pid }) => natures.get(pid) === 'gateway') ?? null
    const nature = natures.get(look.pid) ?? 'unknown'
    const servesNode = nature === 'worker' && natures.get(above[0]?.pid ?? -1) === 'node'
    const family = familyOf(look, servesNode ? 'node' : nature, { gateway, ground })
    return { look, nature, family, parent: above[0] ?? null, rootPid: above.at(-1)?.pid ?? look.pid, gateway }
  })
}

function familyOf(
  look: ProcessLook,
  nature: Nature,
  { gateway, ground }: { readonly gateway: ProcessLook | null; readonly ground: Ground },
): ProcessFamily {
  if (nature === 'node') return isOfNodeService(look, ground) ? 'node-host' : 'node-run'
  if (gateway !== null) return 'gateway-child'
  if (nature === 'gateway' || nature === 'command') return nature
  return 'unknown'
}

function isOfNodeService({ pid, ppid, unit }: ProcessLook, { units, mainPids }: Ground): boolean {
  if (unit !== null && units.get(unit) === 'node-host') return true
  return mainPids.has(pid) || mainPids.has(ppid)
}

function naturesOf(looks: readonly ProcessLook[], ground: Ground): Map<number, Nature> {
  const natures = new Map(looks.map(look => [look.pid, natureOf(look, ground)]))
  // `openclaw` alone may be anything; with a node host right beneath, it is what started it.
  for (const { pid, ancestors } of looks) {
    const parent = ancestors[0]?.pid ?? -1
    if (natures.get(pid) === 'node' && natures.get(parent) === 'unknown') natures.set(parent, 'node')
  }
  return natures
}

function natureOf(look: ProcessLook, { lockPids, units, mainPids }: Ground): Nature {
  const { argv, pid, unit, environment } = look
  const title = titleOf(argv)
  if (lockPids.has(pid)) return 'gateway'
  if (title === 'gateway') return 'gateway'
  if (title === 'node' || title === 'node-worker') return 'node'
  if (title !== null && title !== '') return 'command'
  const command = commandOf(argv)
  if (command !== null) return natureOfCommand(command)
  if (title === null) return isPackageScript(argv) ? 'worker' : 'unknown'
  // Older gateways are titled `openclaw`, as many commands are: only the service manager's own start tells.
  const isOfGateway = unit !== null && units.get(unit) === 'gateway'
  const isStarted = look.isMain || mainPids.has(pid)
  return isStarted && (isOfGateway || environment?.get('OPENCLAW_SERVICE_KIND') === 'gateway') ? 'gateway' : 'unknown'
}

function natureOfCommand(words: readonly string[]): Nature {
  const plain = words.filter((word, index) => !word.startsWith('-') && !TAKES_WORD.test(words[index - 1] ?? ''))
  const [first, second = ''] = plain
  if (first === 'gateway') return GATEWAY_COMMANDS.test(second) ? 'command' : 'gateway'
  if (first === 'node') return second === 'run' ? 'node' : 'command'
  return first === undefined ? 'unknown' : 'command'
}
