import type { BackupSummary } from '../shared/backup'
import { AppError } from '../shared/errors'
import { openRepository, unlockWithPhrase, type RepositoryOptions } from './backup/repository'
import type { Repository } from './backup/types'
import type { Secrets } from './secrets/secrets'
import type { Log } from './store/log'

/** What keeping the backups takes. */
export interface BackupsOptions {
  readonly folder: string
  readonly log: Log
  readonly secrets: Secrets
  readonly nodeIds: () => readonly string[]
  /** Hears of each listing, and of the nodes whose last backup is another one than before. */
  readonly onList: (all: BackupSummary[], changed: readonly string[]) => void
}

/** The backup folder, opened when first asked for, and what it held when it was last listed. */
export interface Backups extends AsyncDisposable {
  /** Opened, or made, when first asked for. */
  repository(): Promise<Repository>
  /** @throws AppError `bad-input` (mistyped), `credential-refused` (another folder's phrase). */
  unlock(phrase: string): Promise<void>
  /** As last listed, newest first. */
  listed(): readonly BackupSummary[]
  lastBackup(nodeId: string): BackupSummary | null
  refresh(): Promise<readonly BackupSummary[]>
}

/** Keeps the backup folder of one data folder. */
export function createBackups({ folder, log, secrets, nodeIds, onList }: BackupsOptions): Backups {
  const place: RepositoryOptions = {
    folder,
    log: log.scope('backup'),
    keys: {
      getIdentity: () => secrets.getKey('backup-identity'),
      setIdentity: async value => {
        const kept = await secrets.setKey('backup-identity', value)
        if (kept !== 'session') return
        log.scope('services').warn('no keychain: only the recovery sheet opens the backups once OCM has ended')
      },
    },
  }
  let opened: Promise<Repository> | null = null
  const repository = (): Promise<Repository> => {
    opened ??= openRepository(place).catch((error: unknown) => {
      opened = null
      throw error
    })
    return opened
  }
  let listed: readonly BackupSummary[] = []
  let hasListed = false
  const lastBackup = (nodeId: string): BackupSummary | null => listed.find(row => row.nodeId === nodeId) ?? null

  return {
    repository,
    lastBackup,
    listed: () => listed,
    unlock: async phrase => {
      const isOpen = await repository().then(
        () => true,
        (error: unknown) => {
          if (error instanceof AppError && error.code === 'key-missing') return false
          throw error
        },
      )
      if (!isOpen) opened = Promise.resolve(await unlockWithPhrase(place, phrase))
    },
    refresh: async () => {
      const fresh = [...(await (await repository()).list())].sort((a, b) => b.at.localeCompare(a.at))
      const before = new Map(nodeIds().map(id => [id, lastBackup(id)?.id]))
      listed = fresh
      // A card shows its node's last backup; the first listing comes before any card.
      const changed = [...before].flatMap(([id, last]) => (lastBackup(id)?.id === last ? [] : id))
      onList([...listed], hasListed ? changed : [])
      hasListed = true
      return listed
    },
    async [Symbol.asyncDispose]() {
      if (opened !== null) await opened.then(value => value[Symbol.asyncDispose]()).catch(ignoreUnopened)
    },
  }
}

/** A repository that never opened has nothing to close; whoever asked for it was told why. */
function ignoreUnopened(error: unknown): void {
  if (!(error instanceof AppError)) throw error
}
