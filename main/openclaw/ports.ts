import type { Decision } from '../../shared/plan'
import { leavesOf, pointerOf, type Leaf } from './config'
import { readDocuments, type ConfigDocument, type Documents } from './documents'
import type { Change, Place, RewriteInput, Spot } from './place'
import { CONFIG_RULES, ruleFor } from './rewrite-rules'

/** OpenClaw's port when nothing says otherwise. */
export const DEFAULT_GATEWAY_PORT = 18789
/** A gateway uses ports up to 110 above its own. */
const SPACING = 120
const MAX_PORT = 65_535 - SPACING

/** What becomes of the ports: the rows, open questions, and which port became which (for addresses that hold them). */
export interface PortPlan {
  readonly changes: readonly Change[]
  readonly decisions: readonly Decision[]
  readonly notes: readonly string[]
  readonly moved: ReadonlyMap<number, number>
}

/**
 * The port that a set-up's own files tell its gateway to use: `.env` before the configuration, else OpenClaw's default. Null
 * where they cannot tell: without a configuration, with an included file that is not among them, or for a named profile that
 * says nothing, since its port comes from its name.
 * @param texts By path relative to the state directory.
 * @throws AppError `config-invalid`.
 */
export function configuredPort(texts: ReadonlyMap<string, string>, place: Place): number | null {
  const documents = readDocuments({ texts, source: place })
  const uses = [...environmentUses(documents), ...configUses(documents).filter(use => use.question === 'gateway.port')]
  const isWhole = documents.config.length > 0 && documents.missing.length === 0
  return uses[0]?.port ?? (isWhole && place.profile === 'default' ? DEFAULT_GATEWAY_PORT : null)
}

interface Use {
  readonly id: string
  readonly file: string
  readonly pointer: string
  readonly what: string
  readonly port: number
  readonly spot: Spot
  /** Rows of one decision share it. */
  readonly question: string
  readonly isWritten: boolean
}

/** Looks at every port the set-up listens on. A port that something else holds on the target is a question. */
export function planPorts(input: RewriteInput, documents: Documents): PortPlan {
  const uses = [...configUses(documents), ...environmentUses(documents), ...impliedUse(input, documents)]
  const decisions: Decision[] = []
  const moved = new Map<number, number>()
  for (const question of new Set(uses.map(use => use.question))) {
    const mine = uses.filter(use => use.question === question)
    const effective = mine.findLast(use => use.file.endsWith('env')) ?? mine[0]
    if (effective === undefined) continue
    const wished = mine.map(({ id }) => Number(input.set[id])).find(port => Number.isInteger(port) && port > 0)
    const port = wished ?? running(input, question) ?? effective.port
    const holder = input.takenPorts.get(port)
    const decision = holder === undefined ? null : portDecision(input, question, { port, holder, what: effective.what })
    if (decision) decisions.push(decision)
    // Once decided it stays decided, even when the port has come free since (as it does where the source itself held it).
    const answer = decision === null && wished === undefined ? input.decisions[question] : decision?.chosen
    const chosen = /^port:(\d{2,5})$/.exec(answer ?? '')?.[1]
    const to = chosen === undefined ? port : Number(chosen)
    for (const use of mine) if (use.port !== to) moved.set(use.port, to)
  }
  const open = new Set(decisions.filter(({ chosen }) => chosen === null).map(({ id }) => id))
  const changes = uses
    .map(use => changeOf(use, { to: moved.get(use.port) ?? use.port, isOpen: open.has(use.question), input }))
    .filter(change => change !== null)
  return { changes, decisions, notes: [...otherPortNotes(input, uses), ...rangeNotes(input, documents, moved)], moved }
}

/** Where the source's gateway really listens: its unit may say otherwise than its configuration, and clients know that port. */
function running({ source }: RewriteInput, question: string): number | null {
  return question === 'gateway.port' ? source.gatewayPort : null
}

/** The port as used in addresses: `moved` applied to every one that names this machine, or to any host where `isOwn`. */
export function followPorts(
  text: string,
  moved: ReadonlyMap<number, number>,
  hosts: { hostname: string; isOwn: boolean },
): string {
  if (moved.size === 0) return text
  const name = hosts.hostname.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const own = String.raw`localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0${name === '' ? '' : `|${name}(?:\\.[\\w.-]+)?`}`
  const host = hosts.isOwn ? String.raw`[^\s/@:"']+|\[[^\]]+\]` : own
  return text.replace(
    new RegExp(`((?::\\/\\/|^|[\\s="'@])(?:${host}):)(\\d{2,5})(?=$|[/?#\\s"',;])`, 'gi'),
    (whole, before: string, port: string) => {
      const to = moved.get(Number(port))
      return to === undefined ? whole : before + String(to)
    },
  )
}

function configUses(documents: Documents): Use[] {
  return documents.config.flatMap(document =>
    [...leavesOf(document.root)].flatMap(leaf => {
      const full = pointerOf([...document.base, ...leaf.path])
      const rule = leaf.isKey ? undefined : ruleFor(CONFIG_RULES, full)
      const port = Number(leaf.value)
      if (rule?.kind !== 'port' || !Number.isInteger(port) || port <= 0 || leaf.value === '') return []
      return [
        useOf(document, leaf, {
          port,
          what: rule.what,
          question: full === '/gateway/port' ? 'gateway.port' : `port:${full}`,
        }),
      ]
    }),
  )
}

function useOf(document: ConfigDocument, leaf: Leaf, about: { port: number; what: string; question: string }): Use {
  const pointer = pointerOf(leaf.path)
  const spot: Spot = { at: 'span', start: leaf.start, end: leaf.end, isBare: leaf.kind !== 'string' }
  return { ...about, id: `${document.file}#${pointer}`, file: document.file, pointer, spot, isWritten: true }
}

function environmentUses(documents: Documents): Use[] {
  return (documents.environment.get('.env') ?? [])
    .filter(({ name, value }) => name === 'OPENCLAW_GATEWAY_PORT' && /^\d+$/.test(value))
    .map(({ name, value, start, end }) => ({
      id: `.env#${name}`,
      file: '.env',
      pointer: name,
      what: 'gateway port',
      port: Number(value),
      spot: { at: 'span', start, end, isBare: true },
      question: 'gateway.port',
      isWritten: true,
    }))
}

/** A gateway without a written port uses its profile's own; a change, or another profile, makes it worth writing down. */
function impliedUse({ source }: RewriteInput, documents: Documents): Use[] {
  const home = documents.homeOf(['gateway', 'port'])
  if (documents.find(['gateway', 'port']) || home === undefined) return []
  if (documents.environment.get('.env')?.some(({ name }) => name === 'OPENCLAW_GATEWAY_PORT')) return []
  return [
    {
      id: `${home.document.file}#${pointerOf(home.path)}`,
      file: home.document.file,
      pointer: pointerOf(home.path),
      what: 'gateway port',
      port: source.gatewayPort ?? DEFAULT_GATEWAY_PORT,
      spot: { at: 'path', path: home.path, type: 'number' },
      question: 'gateway.port',
      isWritten: false,
    },
  ]
}

function changeOf(use: Use, about: { to: number; isOpen: boolean; input: RewriteInput }): Change | null {
  const { source, target } = about.input
  const isImplied = !use.isWritten && about.to === use.port
  const isNewProfile = source.profile !== target.profile && source.gatewayPort !== null
  if (isImplied && !isNewProfile && !about.isOpen) return null
  const isSame = about.to === use.port && !isImplied
  const why = about.isOpen
    ? 'Something else listens on this port on the target: a decision is open.'
    : isSame
      ? 'The port is free on the target, or yours to keep.'
      : isImplied
        ? 'The source used its profile’s own port; written down, it stays the same.'
        : `The ${use.what} moves; addresses that name it follow.`
  return {
    id: use.id,
    file: use.file,
    pointer: use.pointer,
    from: use.isWritten ? String(use.port) : '(not set)',
    to: String(about.to),
    class: about.isOpen ? 'ask' : isSame ? 'keep' : 'rewrite',
    why,
    isEditable: true,
    spot: use.spot,
    isSecret: false,
  }
}

function portDecision(
  input: RewriteInput,
  id: string,
  about: { port: number; holder: string; what: string },
): Decision {
  const options = [
    ...freePorts(input, about.port).map(port => ({
      id: `port:${port}`,
      label: `Use port ${port}`,
      consequence:
        'Addresses in the configuration follow. Clients, proxies and bookmarks of your own need the new port.',
    })),
    {
      id: 'keep',
      label: `Keep port ${about.port}`,
      consequence: `It cannot start while ${about.holder} listens there. Stop that first.`,
    },
  ]
  return {
    id,
    title: `Port ${about.port} is taken on ${input.target.label}`,
    detail: `${about.holder} listens on the ${about.what} the source uses.`,
    options,
    chosen: options.find(option => option.id === input.decisions[id])?.id ?? customPort(input, id),
  }
}

/** A port typed by the person (`port:20000`) counts like an offered one. */
function customPort({ decisions, takenPorts }: RewriteInput, id: string): string | null {
  const wished = decisions[id] ?? ''
  const port = Number(/^port:(\d{2,5})$/.exec(wished)?.[1])
  return port > 0 && port <= 65_535 && !takenPorts.has(port) ? wished : null
}

/** Up to two bases with their whole range free, in steps that never collide with another gateway's range. */
function freePorts({ takenPorts }: RewriteInput, port: number): readonly number[] {
  const isFree = (base: number): boolean =>
    ![...takenPorts.keys()].some(taken => taken >= base && taken < base + SPACING)
  const bases = Array.from(
    { length: Math.max(0, Math.floor((MAX_PORT - port) / SPACING)) },
    (_, step) => port + SPACING * (step + 1),
  )
  return bases.filter(isFree).slice(0, 2)
}

function otherPortNotes({ source }: RewriteInput, uses: readonly Use[]): readonly string[] {
  const port = source.gatewayPort
  const other = uses.find(use => use.question === 'gateway.port' && use.isWritten && use.port !== port)
  if (port === null || other === undefined) return []
  return [
    `The gateway of ${source.label} listens on port ${port}, although ${other.file} says ${other.port}: its service was told so. What clients use counts, so the target goes by ${port}.`,
  ]
}

function rangeNotes(input: RewriteInput, documents: Documents, moved: ReadonlyMap<number, number>): readonly string[] {
  const written = documents.find(['gateway', 'port'])?.node
  const old = written?.kind === 'number' ? Number(written.value) : (input.source.gatewayPort ?? DEFAULT_GATEWAY_PORT)
  const base = moved.get(old) ?? old
  const near = [...input.takenPorts].filter(([port]) => port > base && port <= base + 2)
  return near.map(
    ([port, holder]) =>
      `Port ${port} on the target is taken by ${holder}; the gateway's browser control and apps use ports just above ${base}.`,
  )
}
