import { userInfo } from 'node:os'
import type { Certificate } from '../../shared/deletion'
import type { Operation } from '../../shared/plan'
import type { Registry } from '../nodes/registry'
import type { Registrar } from '../perform/types'
import type { Remotes } from '../remote/types'
import type { Secrets } from '../secrets/secrets'
import type { HostKeys } from '../ssh/host-keys'
import type { NodePool } from '../ssh/pool'
import type { Audit } from '../store/audit'
import type { Certificates } from '../store/certificates'
import type { Store } from '../store/database'
import type { DeletedNode, DeletedNodes } from '../store/deleted-nodes'
import type { Journal } from '../store/journal'
import type { Quarantines } from '../store/quarantines'
import { certificateOf, fingerprintOf } from './certificate'
import { peerName, tickedPeers } from './peers'

/** What the registrar writes to. */
export interface RegistrarOptions {
  readonly store: Store
  readonly audit: Audit
  readonly registry: Registry
  readonly secrets: Pick<Secrets, 'clearAll'>
  readonly hostKeys: Pick<HostKeys, 'get'>
  readonly pool: Pick<NodePool, 'drop'>
  readonly remotes: Pick<Remotes, 'drop'>
  readonly journal: Pick<Journal, 'list'>
  readonly certificates: Certificates
  readonly quarantines: Quarantines
  readonly deleted: DeletedNodes
  /** SHA-256 (hex) of a backup's manifest file; null when it is not there. */
  readonly backupHash: (backupId: string) => string | null
  readonly now?: () => Date
}

/** Changes OCM's own records at the end of a run. */
export function createRegistrar(options: RegistrarOptions): Registrar {
  const { store, registry, quarantines, certificates, deleted } = options
  const now = options.now ?? (() => new Date())
  /** Null when it is in the list no more. */
  const listed = (nodeId: string): DeletedNode | null => {
    const record = registry.list().find(node => node.id === nodeId)
    if (record === undefined) return null
    const { id, label, host, user } = record
    return { id, label, host, user, hostKey: options.hostKeys.get(nodeId)?.fingerprint ?? null }
  }

  return {
    forget: async nodeId => {
      const node = listed(nodeId)
      if (node !== null) {
        deleted.add(node, now().toISOString())
        registry.remove(nodeId)
      }
      options.remotes.drop(nodeId)
      options.pool.drop(nodeId)
      // Last: without them nobody could log in to try again. Should OCM end before, its next start does this once more.
      await options.secrets.clearAll(nodeId)
    },
    certify: operation => {
      const before = certificates.get(operation.id)
      if (before !== null) return before
      const nodeId = operation.plan.target ?? operation.plan.source ?? ''
      const certificate = certificateOf(operation, {
        node: listed(nodeId) ?? deleted.get(nodeId) ?? unknownNode(operation, nodeId),
        by: userInfo().username,
        endedAt: now().toISOString(),
        backupHash: options.backupHash,
      })
      return store.transaction(() => {
        const entry = options.audit.append({
          what: whatHappened(certificate),
          nodeId: certificate.node.id,
          nodeLabel: certificate.node.label,
          text: `${sentence(certificate, operation)}${peersSentence(operation)} Certificate SHA-256 ${fingerprintOf(certificate)}`,
        })
        const chained = { ...certificate, auditHash: entry.hash }
        certificates.set(chained)
        return chained
      })
    },
    quarantine: entry => quarantines.set(entry),
    endQuarantine: nodeId => quarantines.end(nodeId),
    enabledLinger: nodeId => options.journal.list().some(operation => switchedLingerOn(operation, nodeId)),
  }
}

function whatHappened({ isProven, isWhole }: Certificate): string {
  if (!isProven) return 'deletion reported'
  return isWhole === false ? 'part of a node deleted' : 'node deleted'
}

function sentence({ isProven, isWhole }: Certificate, { plan }: Operation): string {
  const waived = plan.deletion?.options.waiveBackup === true ? ' No backup was taken: the admin waived it.' : ''
  if (!isProven) return `Not proven: something remains.${waived}`
  return isWhole === false
    ? `Proven: what was to go is gone. Something of OpenClaw stays on it.${waived}`
    : `Proven: nothing of it remains.${waived}`
}

/** How the ticked records on other nodes ended, by name. */
function peersSentence({ plan, proof }: Operation): string {
  const names = new Set(tickedPeers(plan.deletion).map(peerName))
  return proof.flatMap(({ what, found }) => (names.has(what) ? ` ${what}: ${found}.` : [])).join('')
}

/** Never met by a run of this OCM: `forget` keeps what a certificate needs. */
function unknownNode({ plan }: Operation, id: string): DeletedNode {
  return { id, label: plan.deletion?.confirm ?? 'unknown', host: '', user: '', hostKey: null }
}

/** How the step says that it found linger on: then it was not OCM that switched it. */
const WAS_SO = /already/

function switchedLingerOn({ plan, steps }: Operation, nodeId: string): boolean {
  return plan.steps.some(({ id, action }) => {
    if (action.type !== 'service' || action.verb !== 'enable-linger' || action.nodeId !== nodeId) return false
    const status = steps.find(step => step.stepId === id)
    return status?.state === 'done' && !WAS_SO.test(status.note)
  })
}
