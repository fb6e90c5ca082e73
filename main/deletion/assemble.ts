import { join } from 'node:path'
import type { BackupSummary } from '../../shared/backup'
import { toPublic } from '../../shared/errors'
import type { Survey } from '../../shared/survey'
import { manifestHash } from '../backup/snapshot-store'
import type { Registrar } from '../perform/types'
import type { NodeFacts } from '../plan/facts'
import type { Operations, OperationsOptions } from '../plan/operations'
import type { Shelf } from '../plan/shelf'
import type { Remotes } from '../remote/types'
import { createCertificates, type Certificates } from '../store/certificates'
import { createDeletedNodes } from '../store/deleted-nodes'
import { createQuarantines } from '../store/quarantines'
import { DeletionPlanner } from './planner'
import { QuarantineKeeper } from './quarantine'
import { createRegistrar, type RegistrarOptions } from './registrar'

/** What deletions stand on. */
export interface DeletionParts extends Omit<
  RegistrarOptions,
  'certificates' | 'quarantines' | 'deleted' | 'backupHash' | 'remotes'
> {
  readonly dataDir: string
  readonly shelf: Shelf
  readonly remotes: Remotes
  look(nodeId: string, withSizes: boolean): Promise<NodeFacts>
  readonly lastSurvey: (nodeId: string) => Survey | null
  /** All backups, newest first. */
  listBackups(): Promise<readonly BackupSummary[]>
  /** Made after this; asked only once runs are under way. */
  operations(): Operations
  readonly announce: (nodeId: string) => void
  readonly onFailure: (error: unknown) => void
}

/** Everything that deletions add to the services. */
export interface DeletionServices {
  readonly registrar: Registrar
  readonly planner: DeletionPlanner
  readonly certificates: Certificates
  readonly keeper: QuarantineKeeper
  /** What running plans asks of deletions. */
  readonly forOperations: Pick<OperationsOptions, 'inventory' | 'quarantine' | 'isDeleted'>
}

/** Puts planning, records and quarantine together. */
export function assembleDeletion(parts: DeletionParts): DeletionServices {
  const { store, registry, journal, audit, shelf, remotes } = parts
  const certificates = createCertificates(store)
  const quarantines = createQuarantines(store)
  const deleted = createDeletedNodes(store)
  const backupHash = (id: string): string | null => manifestHash(join(parts.dataDir, 'backups'), id)
  const registrar = createRegistrar({ ...parts, certificates, quarantines, deleted, backupHash })
  const planner = new DeletionPlanner({
    shelf,
    remotes,
    look: (nodeId, withSizes) => parts.look(nodeId, withSizes),
    neighbours: () => registry.list().map(({ id, label }) => ({ nodeId: id, label, survey: parts.lastSurvey(id) })),
    lastBackup: nodeId =>
      parts.listBackups().then(
        all => ({ state: 'known', value: all.find(row => row.nodeId === nodeId && row.state === 'good') ?? null }),
        (error: unknown) => ({ state: 'unknown', why: toPublic(error).message }),
      ),
    enabledLinger: nodeId => registrar.enabledLinger(nodeId),
    quarantine: nodeId => quarantines.get(nodeId),
    operation: operationId => journal.list().find(({ id }) => id === operationId) ?? null,
    refuseBusy: nodeId => parts.operations().refuseBusy(nodeId),
  })
  const keeper = new QuarantineKeeper({
    quarantines,
    planner,
    operations: {
      get: operationId => parts.operations().get(operationId),
      run: (planId, confirmation) => parts.operations().run(planId, confirmation),
    },
    tell: ({ nodeId }, text) => {
      audit.append({ what: 'quarantine kept', nodeId, nodeLabel: registry.get(nodeId).label, text })
      parts.announce(nodeId)
    },
    onFailure: parts.onFailure,
  })
  return {
    registrar,
    planner,
    certificates,
    keeper,
    forOperations: {
      inventory: (nodeId, options) => planner.inventory(nodeId, options),
      quarantine: nodeId => quarantines.get(nodeId),
      isDeleted: nodeId => deleted.get(nodeId) !== null && registry.list().every(({ id }) => id !== nodeId),
    },
  }
}
