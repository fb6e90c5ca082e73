import type { OrphanFamily } from '../../shared/sample'

/** What a file's name says about who left it behind. */
export interface OrphanName {
  readonly family: OrphanFamily
  /** The process that wrote it, where the name tells. */
  readonly writer: number | null
  /** The file it is a half-written copy of, in the same folder, where the name tells. */
  readonly target: string | null
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/** One way OpenClaw names what it may leave behind. Groups: `target`, `pid`. The first that fits decides. */
interface Pattern {
  readonly family: OrphanFamily
  readonly name: RegExp
  /** Only in a folder of sessions; without it, anywhere in the state directory but in what is not OpenClaw's to tidy. */
  readonly inSessions?: true
  /** Only right in the state directory. */
  readonly atTop?: true
}

const PATTERNS: readonly Pattern[] = [
  {
    family: 'session-store',
    name: new RegExp(`^(?<target>sessions\\.json)\\.(?:(?<pid>\\d+)\\.)?${UUID}\\.tmp$`, 'i'),
    inSessions: true,
  },
  { family: 'usage-cache', name: /^\.usage-cost-cache\.json\.(?<pid>\d+)\.\d+\.tmp$/, inSessions: true },
  { family: 'tombstone', name: /^.+\.jsonl\.(?:deleted|reset|bak)\.[\dTZ.:-]+$/, inSessions: true },
  { family: 'transcript-lock', name: /^.+\.jsonl\.lock$/, inSessions: true },
  {
    family: 'config-temp',
    name: new RegExp(`^(?<target>openclaw\\.json)\\.(?:(?<pid>\\d+)\\.)?${UUID}\\.tmp$`, 'i'),
    atTop: true,
  },
  { family: 'replace-temp', name: new RegExp(`^\\.fs-safe-replace\\.(?<pid>\\d+)\\.${UUID}\\.tmp$`, 'i') },
  { family: 'prompt-blob', name: new RegExp(`^[0-9a-f]{64}\\.txt\\.(?<pid>\\d+)\\.${UUID}\\.tmp$`, 'i') },
  { family: 'backup-temp', name: new RegExp(`^.+\\.tar\\.gz\\.${UUID}\\.tmp$`, 'i') },
  { family: 'cron-temp', name: /^\.openclaw-cron\..+$/ },
  {
    family: 'json-temp',
    name: new RegExp(
      `^(?!sessions\\.json\\.|openclaw\\.json\\.)(?<target>.+\\.json)\\.(?:(?<pid>\\d+)\\.)?${UUID}\\.tmp$`,
      'i',
    ),
  },
]
/** Every family there is. */
export const ALL_FAMILIES: ReadonlySet<OrphanFamily> = new Set(PATTERNS.map(({ family }) => family))
const BACKUP_FOLDER = /(^|\/)\.openclaw-backup-publish-[^/]+$/
const SESSIONS_FOLDER = /^(?:agents\/[^/]+\/)?sessions$/
/** Most names are none of these, and one look tells. */
const MAYBE = /\.(?:tmp|lock)$|\.jsonl\.|^\.openclaw-cron\./i

/** True for the folders that hold an agent's sessions. Relative to the state directory. */
export function isSessionsFolder(folder: string): boolean {
  return SESSIONS_FOLDER.test(folder)
}

/** The agent whose sessions a folder holds; null for any other folder. */
export function agentOf(folder: string): string | null {
  return /^agents\/([^/]+)\/sessions$/.exec(folder)?.[1] ?? null
}

/** Whether a file of this name is one that OpenClaw leaves behind in this folder (relative to the state directory). */
export function orphanName(folder: string, name: string): OrphanName | null {
  return orphanNamesIn(folder)(name)
}

/** The same for many names in one folder: what the folder alone decides is looked at once. */
export function orphanNamesIn(folder: string): (name: string) => OrphanName | null {
  const isBackup = BACKUP_FOLDER.test(folder)
  const isSessions = isSessionsFolder(folder)
  const patterns = PATTERNS.filter(({ inSessions, atTop }) => {
    return (inSessions !== true || isSessions) && (atTop !== true || folder === '')
  })
  return name => {
    if (!MAYBE.test(name)) return null
    if (isBackup && name === 'archive.tar.gz.tmp') return { family: 'backup-temp', writer: null, target: null }
    for (const { family, name: form } of patterns) {
      const groups = form.exec(name)
      if (groups === null) continue
      const { pid, target } = groups.groups ?? {}
      return { family, writer: pid === undefined ? null : Number(pid), target: target ?? null }
    }
    return null
  }
}

/** Folders right in the state directory that hold programs or somebody's work: what lies there is not OCM's to tidy. */
const NOT_OURS =
  /^(?:workspace.*|sandboxes|npm|npm-runtime|git|dev|tools|node-runtime|bin|lib|node_modules|extensions|skills|hooks|plugins|plugin-skills|browser|cache)$/

/** Whether orphans are looked for beneath this folder (relative to the state directory). */
export function mayHoldOrphans(folder: string, families: ReadonlySet<OrphanFamily>): boolean {
  if (folder === '') return true
  const names = folder.split('/')
  const [top = ''] = names
  if (NOT_OURS.test(top) || names.some(name => name.startsWith('.ocm-'))) return false
  const needsAll = PATTERNS.some(({ family, inSessions }) => inSessions !== true && families.has(family))
  if (needsAll) return true
  // Of conversations alone: only the way to their folders is gone.
  if (top === 'sessions') return names.length === 1
  return top === 'agents' && (names.length < 3 || (names.length === 3 && names[2] === 'sessions'))
}
