import type { BackupSummary } from '../../shared/backup'
import type { NodeView, Removal } from '../../shared/contract'
import { valueOf } from './known'
import { compareVersions } from './node-state'

/** What is being carried: a node or a backup. */
export type Cargo =
  { readonly kind: 'node'; readonly node: NodeView } | { readonly kind: 'backup'; readonly backup: BackupSummary }

/** What a drop here would do, or why it cannot. `says` is shown; `label` is the accessible name. */
export type Offer =
  { readonly can: true; readonly says: string; readonly label: string } | { readonly can: false; readonly why: string }

const no = (why: string): Offer => ({ can: false, why })

/** What dropping the cargo onto a node would do. It only ever opens a plan. */
export function offerOnNode(cargo: Cargo, target: NodeView): Offer {
  const whyNot = cargo.kind === 'node' ? (whyNoSource(cargo.node) ?? whySame(cargo.node, target)) : undefined
  const refusal = whyNot ?? whyNoTarget(target) ?? whyOlder(cargo, target)
  if (refusal !== undefined) return no(refusal)
  const { label } = target.record
  return cargo.kind === 'node'
    ? { can: true, says: 'Migrate here', label: `Migrate here: ${cargo.node.record.label} to ${label}` }
    : { can: true, says: 'Restore here', label: `Restore here: backup of ${cargo.backup.nodeLabel} to ${label}` }
}

/** What dropping the cargo onto the shelf would do. */
export function offerOnShelf(cargo: Cargo): Offer {
  if (cargo.kind === 'backup') return no('Already on the shelf')
  const whyNot = whyNoSource(cargo.node)
  if (whyNot !== undefined) return no(whyNot)
  return { can: true, says: 'Back up here', label: `Back up here: ${cargo.node.record.label}` }
}

/** What dropping the cargo onto the bin would do: only ever open the preview, which says what can be done. */
export function offerOnBin(cargo: Cargo, count = 1): Offer {
  if (cargo.kind === 'backup') return no('Backups are deleted in Backups')
  const { node } = cargo
  const { label } = node.record
  if (count > 1) return { can: true, says: `Delete ${count} nodes…`, label: `Delete ${count} nodes…` }
  const whyNot = whyNoRemoval(node)
  return whyNot === undefined ? { can: true, says: 'Delete…', label: `Delete ${label}…` } : no(whyNot)
}

/** Why a node cannot be planned to be deleted at the moment. An unreachable or protected one can: its preview says more. */
export function whyNoRemoval({ operationId, removal }: NodeView): string | undefined {
  if (removal?.state === 'cleaning-up') return 'Being cleaned up already'
  return operationId === null ? undefined : 'Busy with a run'
}

function whySame(source: NodeView, target: NodeView): string | undefined {
  return source.record.id === target.record.id ? 'Same node' : undefined
}

/** Main refuses other runs for a node on its way out; so does the board. */
const LEAVING: Readonly<Record<Removal['state'], { readonly is: string; readonly word: string }>> = {
  running: { is: 'is being deleted', word: 'Being deleted' },
  'cleaning-up': { is: 'is being cleaned up', word: 'Being cleaned up' },
  quarantined: { is: 'is in quarantine', word: 'In quarantine' },
}

function whyNoSource(node: NodeView): string | undefined {
  if (node.removal !== null) return `${node.record.label} ${LEAVING[node.removal.state].is}`
  if (node.reach === 'offline') return `${node.record.label} is offline`
  if (node.reach === 'blocked') return `The host key of ${node.record.label} is not trusted`
  if (node.survey === null) return `${node.record.label} has not been checked yet`
  if (node.operationId !== null) return `${node.record.label} is busy`
  const openclaw = valueOf(node.survey.openclaw)
  return openclaw === null ? `No OpenClaw on ${node.record.label}` : undefined
}

function whyNoTarget(node: NodeView): string | undefined {
  if (node.removal !== null) return LEAVING[node.removal.state].word
  if (node.reach === 'offline') return 'Offline'
  if (node.reach === 'blocked') return 'Host key not trusted'
  if (node.survey === null) return 'Not checked yet'
  if (node.operationId !== null) return 'Busy with another run'
  return node.record.isProtected ? 'Protected' : undefined
}

function whyOlder(cargo: Cargo, target: NodeView): string | undefined {
  const from =
    cargo.kind === 'backup'
      ? cargo.backup.openclawVersion
      : cargo.node.survey === null
        ? undefined
        : valueOf(cargo.node.survey.openclaw)?.version
  const to = target.survey === null ? undefined : valueOf(target.survey.openclaw)?.version
  if (from === undefined || to === undefined) return undefined
  return compareVersions(to, from) < 0 ? `Older OpenClaw (${to})` : undefined
}
