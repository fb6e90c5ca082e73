import { FILE_RULES, CONFIG_RULES, ruleFor, type Rule } from './rewrite-rules'
import { leavesOf, parseIfJson, pointerOf, type EnvLine, type Leaf } from './config'
import type { Documents } from './documents'
import { GATEWAY_SECRET_VARIABLES } from './gateway-secrets'
import type { Json5Node } from './json5-text'
import { isSecretLeaf } from './mask'
import { isProse } from '../../shared/path-map'
import { isUnder, type Hit, type Mapped, type PathMap } from './paths'
import type { Change, RewriteInput } from './place'
import { followPorts } from './ports'
import { isPublicVariable } from './secrets'

/** All that one value's fate depends on. */
export interface Scope {
  readonly input: RewriteInput
  readonly documents: Documents
  readonly map: PathMap
  readonly moved: ReadonlyMap<number, number>
  /** Secrets of the source's gateway. */
  readonly gatewaySecrets: ReadonlySet<string>
}

/** Part of the explanation of a file that OCM does not carry. */
export const NEEDED = 'the file must be there before the gateway starts'

type Verdict = Pick<Change, 'to' | 'class' | 'why'>
/** One value before anything is decided. */
interface Value {
  readonly text: string
  readonly rule: Rule | undefined
  readonly isKey: boolean
}

/** System folders are alike on every machine of a kind; a path there is no question. */
const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/tmp',
  '/dev',
  '/proc',
  '/sys',
  '/run',
  '/var/tmp',
  '/System',
  '/Library',
]

/** The changes of one config document or other small JSON file. */
export function documentChanges(
  scope: Scope,
  file: string,
  about: { root: Json5Node; base?: readonly string[] },
): Change[] {
  const { root, base } = about
  const rules = base === undefined ? (FILE_RULES.find(entry => entry.file.test(file))?.rules ?? []) : CONFIG_RULES
  return [...leavesOf(root)].flatMap(leaf => {
    if (leaf.kind !== 'string') return []
    const rule = ruleFor(rules, pointerOf([...(base ?? []), ...leaf.path]))
    if (rule?.kind === 'port') return []
    const verdict = verdictOn(scope, { text: leaf.value, rule: leaf.isKey ? undefined : rule, isKey: leaf.isKey })
    return verdict === null
      ? []
      : [leafChange(file, leaf, { ...verdict, isSecret: !leaf.isKey && isSecretLeaf(leaf, root) })]
  })
}

/** The changes of a JSON file outside the config; a file that cannot be read is carried as it is. */
export function jsonChanges(scope: Scope, file: string, text: string): Change[] | null {
  const root = parseIfJson(text)
  if (root === null) return null
  return [...documentChanges(scope, file, { root }), ...nodeHostPort(scope, file, root)]
}

/** The changes of a dotenv file. */
export function environmentChanges(scope: Scope, file: string, lines: readonly EnvLine[]): Change[] {
  return lines.flatMap(line => {
    if (line.name === 'OPENCLAW_GATEWAY_PORT') return []
    const isGateway = GATEWAY_SECRET_VARIABLES.includes(line.name)
    const rule: Rule | undefined = isGateway
      ? { pattern: '', expression: /$/, kind: 'gateway-secret', what: 'gateway secret' }
      : undefined
    const verdict = line.value === '' ? null : verdictOn(scope, { text: line.value, rule, isKey: false })
    if (verdict === null) return []
    const { name, value, start, end } = line
    const about = { id: `${file}#${name}`, file, pointer: name, from: value, isEditable: isEditable(verdict) }
    return [
      {
        ...about,
        ...verdict,
        spot: { at: 'span', start, end, isBare: true },
        isSecret: !isPublicVariable(name, value),
      },
    ]
  })
}

/** What becomes of one string; null when it is of no interest. */
export function verdictOn(scope: Scope, value: Value): Verdict | null {
  const { text, rule } = value
  if (!value.isKey && scope.gatewaySecrets.has(text) && scope.input.mode === 'clone') {
    return { to: text, class: 'regenerate', why: 'The copy gets a gateway secret of its own.' }
  }
  const mapped = scope.map(text)
  if (isText(value)) return textVerdict(text, mapped)
  switch (rule?.kind) {
    case 'gateway-secret':
    case 'bot':
      return { to: text, class: 'keep', why: secretWhy(scope.input, rule) }
    case 'kept':
      return { to: text, class: 'keep', why: keptWhy(text, rule) }
    case 'host':
      return hostVerdict(scope, { text, rule, mapped })
    case 'system':
      return scope.input.source.platform === scope.input.target.platform
        ? pathVerdict(scope, text, { mapped, rule })
        : otherSystem(mapped, rule)
    default:
      if (rule === undefined) return netVerdict(scope, text, mapped)
      return followOwn(scope, mapped.to) === mapped.to
        ? pathVerdict(scope, text, { mapped, rule })
        : netVerdict(scope, text, mapped)
  }
}

function isText({ text, rule, isKey }: Value): boolean {
  if (isKey) return false
  return rule?.kind === 'text' || (rule === undefined && isProse(text))
}

function textVerdict(text: string, { hits }: Mapped): Verdict | null {
  if (hits.length === 0) return null
  return {
    to: text,
    class: 'keep',
    why: `Free text; check by hand: it names ${unique(hits.map(({ path }) => path)).join(', ')}.`,
  }
}

function pathVerdict({ input }: Scope, text: string, { mapped, rule }: { mapped: Mapped; rule: Rule }): Verdict | null {
  const changed = mappedVerdict(text, mapped, rule.what)
  if (changed !== null) return { ...changed, why: changed.why + carriedNote(mapped, rule) }
  if (rule.kind === 'system')
    return { to: text, class: 'keep', why: `${capital(rule.what)}: both machines run the same system.` }
  if (rule.kind === 'command' && !isAbsolute(text, input.source.platform)) return null
  if (!isAbsolute(text, input.source.platform)) return { to: text, class: 'keep', why: relativeWhy(text, rule.what) }
  if (SYSTEM.some(root => isUnder(text, root)))
    return { to: text, class: 'keep', why: `${capital(rule.what)}: a system path.` }
  const why = rule.kind === 'file' ? NEEDED : 'it must exist there'
  return { to: text, class: 'ask', why: `${capital(rule.what)} outside the source’s home, not carried: ${why}.` }
}

/** State directory and workspaces are carried; the rest of the home is not. */
function carriedNote({ hits }: Mapped, rule: Rule): string {
  if (!hits.some(({ mapping }) => mapping.what === 'home')) return ''
  return rule.kind === 'file' ? ` Not carried: ${NEEDED}.` : ' Not carried: it must exist there.'
}

function isAbsolute(text: string, platform: string): boolean {
  return platform === 'win32' ? /^(?:[A-Za-z]:)?[/\\]/.test(text) : text.startsWith('/')
}

function relativeWhy(text: string, what: string): string {
  if (/^(?:~|\$\{?HOME)/.test(text)) return `${capital(what)}: means the home of whoever runs it.`
  return `${capital(what)}: not an absolute path.`
}

/** The verdict of the path map alone; null when the text holds nothing of the source. */
function mappedVerdict(text: string, { to, hits }: Mapped, what: string): Verdict | null {
  const [first] = hits
  if (first === undefined) return null
  const places = unique(hits.map(({ mapping }) => mapping.what)).join(' and ')
  const isOpen = hits.some(({ mapping }) => mapping.to === null)
  if (isOpen)
    return { to, class: 'ask', why: `${capital(what)}: below the source’s ${places}, where a decision is open.` }
  if (to === text)
    return { to, class: 'keep', why: `${capital(what)}: below the ${places}, which is the same on both machines.` }
  return { to, class: 'rewrite', why: `${capital(what)}: below the source’s ${places}.${quotingNote(text, to, hits)}` }
}

function quotingNote(text: string, to: string, hits: readonly Hit[]): string {
  const isLine = hits.some(({ path }) => path !== text) && /\s/.test(text)
  return isLine && to.split(/\s/).length > text.split(/\s/).length
    ? ' The new path has a space: check the quoting.'
    : ''
}

/** No rule: paths of the source are translated wherever they stand, and addresses follow a moved port. */
function netVerdict(scope: Scope, text: string, mapped: Mapped): Verdict | null {
  const to = followOwn(scope, mapped.to)
  const byPath = mappedVerdict(text, mapped, 'value')
  if (to === mapped.to) return byPath?.class === 'keep' ? null : byPath
  return { to, class: 'rewrite', why: `Address of the gateway, whose port moves.${byPath ? ` ${byPath.why}` : ''}` }
}

function followOwn({ moved, input }: Scope, text: string): string {
  return followPorts(text, moved, { hostname: input.source.hostname, isOwn: false })
}

function hostVerdict(scope: Scope, about: { text: string; rule: Rule; mapped: Mapped }): Verdict {
  const { text, rule, mapped } = about
  const { source, target } = scope.input
  const isOwn = rule.what === 'public address' || rule.what === 'webhook'
  const to = followPorts(mapped.to, scope.moved, { hostname: source.hostname, isOwn })
  if (namesHost(text, source.hostname) && source.hostname !== target.hostname) {
    return {
      to,
      class: 'ask',
      why: `${capital(rule.what)}: it names the source, ${source.hostname}. Change it unless that name moves to the target.`,
    }
  }
  if (rule.what.startsWith('address the gateway') && /\d/.test(text) && !/^(?:127\.|0\.0\.0\.0|::1?$)/.test(text)) {
    return {
      to,
      class: 'ask',
      why: 'An address of the source’s own network card: the gateway cannot listen on it unless the target has it.',
    }
  }
  if (to !== text) return { to, class: 'rewrite', why: `${capital(rule.what)}: follows the moved port or path.` }
  return { to, class: 'keep', why: `${capital(rule.what)}: names no machine of its own.` }
}

function namesHost(text: string, hostname: string): boolean {
  if (hostname.length < 2 || hostname === 'localhost') return false
  const name = hostname.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?:^|[^\\w-])${name}(?:$|[^\\w-])`, 'i').test(text)
}

function otherSystem(mapped: Mapped, rule: Rule): Verdict {
  return {
    to: mapped.to,
    class: 'ask',
    why: `${capital(rule.what)}: the machines run different systems; this path fits the source’s.`,
  }
}

function secretWhy({ mode }: RewriteInput, rule: Rule): string {
  if (rule.kind === 'gateway-secret')
    return mode === 'move' ? 'Clients keep their access.' : 'A reference: what it points to decides.'
  return mode === 'move'
    ? 'Moves with the set-up; the source is stopped first.'
    : 'Carried, but its channel is off on the copy: replace it before you switch that on.'
}

function keptWhy(text: string, rule: Rule): string {
  if (rule.what === 'how the gateway is reached' && /^(?:serve|funnel|tailnet)$/.test(text))
    return 'The target must be logged in to Tailscale.'
  return `${capital(rule.what)}: the same on the target.`
}

/** A node host that talks to the gateway next to it follows that gateway's port. */
function nodeHostPort({ moved, input }: Scope, file: string, root: Json5Node): Change[] {
  if (file !== 'node.json') return []
  return [...leavesOf(root)].flatMap(leaf => {
    const to = moved.get(Number(leaf.value))
    if (leaf.kind !== 'number' || leaf.path.at(-1) !== 'port' || to === undefined) return []
    const host = [...leavesOf(root)].find(({ path, isKey }) => !isKey && path.at(-1) === 'host')?.value ?? 'localhost'
    if (!/^(?:localhost|127\.|::1|\[::1\])/.test(host) && host !== input.source.hostname) return []
    const verdict: Verdict = { to: String(to), class: 'rewrite', why: 'The gateway’s port moves.' }
    return [leafChange(file, leaf, { ...verdict, isSecret: false })]
  })
}

function leafChange(file: string, leaf: Leaf, verdict: Verdict & { isSecret: boolean }): Change {
  const pointer = pointerOf(leaf.path) + (leaf.isKey ? ' (name)' : '')
  return {
    ...verdict,
    id: `${file}#${pointer}`,
    file,
    pointer,
    from: leaf.value,
    isEditable: isEditable(verdict) && !leaf.isKey && !verdict.isSecret,
    spot: { at: 'span', start: leaf.start, end: leaf.end, isBare: leaf.kind !== 'string' },
  }
}

function isEditable(verdict: Verdict): boolean {
  return verdict.class !== 'regenerate'
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
