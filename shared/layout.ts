import { statePathOf } from './agent-dirs'
import type { Component } from './components'

/** What is to become of one path: it belongs to a component, or it is left out for a reason people can read. */
export type Placement =
  | { readonly component: Component }
  | { readonly leftOut: string; /** The rule that says so. */ readonly pattern: string }

/**
 * One line of the layout. Patterns are relative to the state directory: `*` stays within a name, a trailing `/**` takes a
 * folder and all beneath it, a leading `**` + `/` looks at every depth. The first rule that fits decides.
 */
export type LayoutRule =
  { readonly pattern: string; readonly component: Component } | { readonly pattern: string; readonly leftOut: string }

const take = (component: Component, ...patterns: readonly string[]): LayoutRule[] =>
  patterns.map(pattern => ({ pattern, component }))
const leave = (leftOut: string, ...patterns: readonly string[]): LayoutRule[] =>
  patterns.map(pattern => ({ pattern, leftOut }))

const ALWAYS_LEFT_OUT: readonly LayoutRule[] = [
  ...leave('A working folder of OCM itself', '**/.ocm-*/**'),
  ...leave('Comes with the online copy of its database', '**/*.sqlite-wal', '**/*.sqlite-shm', '**/*.sqlite-journal'),
  ...leave('Comes with the online copy of its database', '**/*.db-wal', '**/*.db-shm', '**/*.db-journal'),
]

/**
 * Where everything in a state directory belongs, for both storage eras, as data for documents and the window.
 *
 * Some databases serve several components at once and can only travel whole: `state/openclaw.sqlite` (gateway) also holds
 * cron, pairing, device identity and shared credentials; `agents/<id>/agent/openclaw-agent.sqlite` (agents) also holds
 * sessions, memory and that agent's credentials.
 */
export const STATE_LAYOUT: readonly LayoutRule[] = [
  ...ALWAYS_LEFT_OUT,
  ...take('workspaces', 'workspace*/**', 'sandboxes/**'),
  ...leave('An unfinished write that was left behind', '**/*.tmp', '**/.openclaw-cron.*'),
  ...leave('An unfinished archive of OpenClaw', '**/.openclaw-backup-publish-*/**'),
  ...leave('A lock of a running process', '**/*.lock', '**/*lock.sqlite'),
  ...leave('A socket of a running process', '**/*.sock'),
  ...leave('A note of a running process', '**/*.pid'),
  ...leave('A deleted transcript', '**/*.jsonl.deleted.*'),
  ...leave('A log of this machine', '**/*.log', 'logs/**'),
  ...leave('Kept after an upgrade; its content was imported and is taken from there', '**/*.migrated*', 'migration/**'),
  ...leave(
    'Kept after an upgrade; the sessions were imported and are taken from there',
    'agents/*/session-sqlite-import-archive/**',
    'agents/*/session-sqlite-migration-runs/**',
  ),
  ...leave('A cache, made again when needed', 'cache/**', 'completions/**', 'update-check.json'),
  ...leave('Temporary files and locks', 'tmp/**', 'agents/*/tmp/**', 'agents/*/agent*/tmp/**'),
  ...leave('Program files of the installation on this machine', 'npm/**', 'npm-runtime/**', 'git/**', 'dev/**'),
  ...leave('Program files of the installation on this machine', 'tools/**', 'node-runtime/**', 'bin/**', 'lib/**'),
  ...leave('Program files of the installation on this machine', 'node_modules/**'),
  ...leave('Links made by OpenClaw for this machine', 'plugin-skills/**'),
  ...leave(
    'Bound to the service of this machine; its values travel as values and the service is installed anew',
    '*.systemd.env',
    'service-env/**',
    'gateway.cmd',
    'gateway.vbs',
    'node.cmd',
    'node.vbs',
    'disable-launchagent',
  ),
  ...leave(
    'A rejected or replaced version of the configuration',
    'openclaw.json.clobbered*',
    'openclaw.json.rejected*',
  ),
  ...leave('A rejected or replaced version of the configuration', 'openclaw.json.pre-*'),
  ...leave("Archives of OpenClaw's own backup command", 'backups/**'),
  ...leave('A browser profile, bound to this machine and open while it runs', 'browser/**'),
  ...leave('Messages on their way; sent twice they would do harm', 'delivery-queue/**', 'delivery-queue-media/**'),
  ...leave(
    'Native modules built for this machine; `openclaw plugins update` installs them again',
    'extensions/node_modules/**',
    'extensions/*/node_modules/**',
    'extensions/*/*/node_modules/**',
  ),
  ...leave('Checks of the databases of this machine, made again when needed', 'state/openclaw-quarantine.sqlite'),
  ...take('environment', '.env'),
  ...take('credentials', 'credentials/**', 'secrets.json', 'identity/**', 'devices/**', 'nodes/**', 'pairing/**'),
  ...take('credentials', 'node.json', 'exec-approvals.json'),
  ...take('credentials', 'agents/*/agent*/auth-profiles.json', 'agents/*/agent*/auth-state.json'),
  ...take('credentials', 'agents/*/agent*/auth.json'),
  ...take('sessions', 'agents/*/sessions/**', 'sessions/**'),
  ...take('agents', 'agents/**'),
  ...take('cron', 'cron/**'),
  ...take('memory', 'memory/**'),
  ...take('plugins', 'extensions/**', 'skills/**', 'hooks/**', 'plugins/**'),
  ...take('media', 'media/**', 'canvas/**'),
  ...take('gateway', 'openclaw.json', 'openclaw.json.bak*', 'openclaw.json.last-good', 'clawdbot.json', 'moltbot.json'),
  ...take('gateway', 'state/**', 'telegram/**', 'tasks/**', 'flows/**', 'config-journal-fingerprint.key'),
  // What a newer OpenClaw may add travels with the gateway rather than being lost.
  ...take('gateway', '**'),
]

/** The few files outside state directory and workspaces, relative to the user's home. Nothing else of a home is looked at. */
export const HOME_LAYOUT: readonly LayoutRule[] = take('environment', '.config/openclaw/gateway.env')

/** A workspace is taken whole, with its `.git`; only OCM's own working folders are not part of it. */
export const WORKSPACE_LAYOUT: readonly LayoutRule[] = [...ALWAYS_LEFT_OUT, ...take('workspaces', '**')]

/** Files of a state directory that hold secrets: shown masked, never as a readable difference. */
export const SECRET_PATTERNS: readonly string[] = [
  'openclaw.json*',
  'clawdbot.json',
  'moltbot.json',
  '.env',
  'secrets.json',
  'credentials/**',
  'identity/**',
  'devices/**',
  'nodes/**',
  'pairing/**',
  'node.json',
  'state/**',
  'config-journal-fingerprint.key',
  'agents/*/agent*/auth-profiles.json',
  'agents/*/agent*/auth-state.json',
  'agents/*/agent*/auth.json',
  'agents/*/agent*/openclaw-agent.sqlite',
  'agents/*/agent*/codex-home/**',
  '*.systemd.env',
  'service-env/**',
]

interface Compiled {
  readonly placement: Placement
  /** Tests for each leading name; what follows them is free when `isDeep`. */
  readonly names: readonly RegExp[]
  readonly isDeep: boolean
  /** Looks at every depth: `names` then has one test. */
  readonly isAnywhere: boolean
}

function compile(rule: LayoutRule): Compiled {
  const placement =
    'component' in rule ? { component: rule.component } : { leftOut: rule.leftOut, pattern: rule.pattern }
  if (rule.pattern === '**') return { placement, names: [], isDeep: true, isAnywhere: false }
  const isAnywhere = rule.pattern.startsWith('**/')
  const isDeep = rule.pattern.endsWith('/**')
  const core = rule.pattern.slice(isAnywhere ? 3 : 0, isDeep ? -3 : undefined)
  return { placement, names: core.split('/').map(nameTest), isDeep, isAnywhere }
}

function nameTest(name: string): RegExp {
  const source = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${source}$`, 's')
}

function fits(rule: Compiled, path: readonly string[]): boolean {
  const { names, isDeep, isAnywhere } = rule
  if (isAnywhere) {
    const [test] = names
    if (test === undefined) return false
    return isDeep ? path.some(name => test.test(name)) : test.test(path.at(-1) ?? '')
  }
  if (isDeep ? path.length < names.length : path.length !== names.length) return false
  return names.every((test, index) => test.test(path[index] ?? ''))
}

/** A compiled layout that remembers which rules can matter beneath each first name, so that one path costs about 1 µs. */
class Layout {
  private readonly rules: readonly Compiled[]
  private readonly byFirstName = new Map<string, readonly Compiled[]>()

  constructor(rules: readonly LayoutRule[]) {
    this.rules = rules.map(compile)
  }

  placementOf(relPath: string): Placement | undefined {
    const path = relPath.split('/')
    return this.rulesFor(path[0] ?? '').find(rule => fits(rule, path))?.placement
  }

  mayHold(relFolder: string, components: ReadonlySet<Component>): boolean {
    const path = relFolder.split('/')
    for (const rule of this.rulesFor(path[0] ?? '')) {
      const covers = rule.isDeep && fits(rule, path)
      if (!covers && !reachesInto(rule, path)) continue
      const { placement } = rule
      if ('component' in placement && components.has(placement.component)) return true
      if (covers) return false
    }
    return false
  }

  private rulesFor(firstName: string): readonly Compiled[] {
    const known = this.byFirstName.get(firstName)
    if (known !== undefined) return known
    const found = this.rules.filter(
      ({ isAnywhere, names }) => isAnywhere || names[0] === undefined || names[0].test(firstName),
    )
    if (this.byFirstName.size < 1000) this.byFirstName.set(firstName, found)
    return found
  }
}

/** True when a rule with more names than the folder could fit something beneath it. */
function reachesInto({ names, isAnywhere }: Compiled, folder: readonly string[]): boolean {
  if (isAnywhere || names.length <= folder.length) return false
  return folder.every((name, index) => names[index]?.test(name) === true)
}

const STATE = new Layout(STATE_LAYOUT)
const HOME = new Layout(HOME_LAYOUT)
const WORKSPACE = new Layout(WORKSPACE_LAYOUT)
const SECRETS = SECRET_PATTERNS.map(pattern => compile({ pattern, component: 'credentials' }))

const NOT_OURS: Placement = { leftOut: 'Not part of OpenClaw', pattern: '**' }

function layoutOf(root: string): Layout {
  if (root === 'home') return HOME
  return statePathOf({ root, path: '' }) === undefined ? WORKSPACE : STATE
}

/** Where a path relative to a state directory belongs. Separator `/`, no leading one. */
export function classify(relPath: string): Placement {
  return STATE.placementOf(relPath) ?? NOT_OURS
}

/** The same for a path under any root of a snapshot (`state`, `home`, `workspace:<agent>`, `agent:<agent>`). */
export function classifyIn(root: string, relPath: string): Placement {
  return layoutOf(root).placementOf(statePathOf({ root, path: relPath }) ?? relPath) ?? NOT_OURS
}

/** False when nothing beneath the folder can belong to any of the components: it need not be entered. */
export function mayHold(root: string, relFolder: string, components: ReadonlySet<Component>): boolean {
  return layoutOf(root).mayHold(statePathOf({ root, path: relFolder }) ?? relFolder, components)
}

/** True for names of SQLite databases. Their first bytes decide in the end. */
export function isSqlite(relPath: string): boolean {
  return /\.(sqlite|sqlite3|db)$/.test(relPath)
}

/** True when the file holds secrets. Relative to a state directory. */
export function isSecretFile(relPath: string): boolean {
  const path = relPath.split('/')
  return SECRETS.some(rule => fits(rule, path))
}

/** Permission bits of what is placed: private, except in workspaces, which keep theirs. Links have none of their own. */
export function placedMode(file: {
  readonly root: string
  readonly path: string
  readonly kind: string
  readonly mode: number
}): number {
  const { root, path, kind, mode } = file
  const placement = classifyIn(root, path)
  const isWorkspace = 'component' in placement && placement.component === 'workspaces'
  if (kind === 'folder') return isWorkspace ? (mode & 0o777) | 0o700 : 0o700
  if (isWorkspace) return mode & 0o777
  return (mode & 0o100) === 0 ? 0o600 : 0o700
}

/** True when what is there has the permissions that placing `file` would give it. */
export function hasPlacedMode(there: { readonly mode: number }, file: Parameters<typeof placedMode>[0]): boolean {
  return file.kind === 'link' || (there.mode & 0o777) === placedMode(file)
}
