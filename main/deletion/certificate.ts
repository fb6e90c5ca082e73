import { createHash } from 'node:crypto'
import { Certificate, type DeletionItem } from '../../shared/deletion'
import type { Operation, ProofRow, Step } from '../../shared/plan'
import { peerName, tickedPeers } from './peers'
import { sizeText } from './step-parts'

type Row = Certificate['rows'][number]
type StepRow = Certificate['steps'][number]

/** What a certificate says beside the run itself. */
export interface CertificateFacts {
  readonly node: Certificate['node']
  readonly by: string
  readonly endedAt: string
  /** SHA-256 (hex) of a backup's manifest file; null when it is not there. */
  readonly backupHash: (backupId: string) => string | null
}

/** Puts together what a run found, did and proved. Its place in the audit log is added when it is written there. */
export function certificateOf(operation: Operation, facts: CertificateFacts): Certificate {
  const { plan, proof, snapshots } = operation
  const rows = [
    ...(plan.deletion?.items ?? []).map(item => itemRow(item, proof)),
    ...botRows(operation),
    ...checks(operation),
  ]
  return Certificate.parse({
    format: 'ocm-deletion/1',
    operationId: operation.id,
    node: facts.node,
    by: facts.by,
    startedAt: operation.startedAt,
    endedAt: facts.endedAt,
    isProven: isProven(operation, rows),
    isWhole: plan.deletion?.isWhole,
    rows,
    steps: plan.steps.map(step => stepRow(step, operation, facts.endedAt)),
    backups: Object.values(snapshots).flatMap(id => {
      const sha256 = facts.backupHash(id)
      return sha256 === null ? [] : [{ id, sha256 }]
    }),
    isBackupWaived: plan.deletion?.options.waiveBackup ?? false,
    byHand: [...(plan.deletion?.byHand ?? []), ...proof.flatMap(row => row.byHand ?? [])],
    auditHash: null,
  } satisfies Certificate)
}

/** The step that writes the certificate runs while it is made: whoever reads it holds the proof that it was written. */
function stepRow({ id, title, action }: Step, { steps }: Operation, endedAt: string): StepRow {
  const status = steps.find(one => one.stepId === id)
  const startedAt = status?.startedAt ?? null
  if (action.type === 'delete' && action.verb === 'record') {
    const note = 'This certificate is its proof.'
    return { title, state: 'done', note, error: null, tookMs: tookMs(startedAt, endedAt) }
  }
  return {
    title,
    state: status?.state ?? 'waiting',
    note: status?.note ?? '',
    error: status?.error?.message ?? null,
    tookMs: tookMs(startedAt, status?.endedAt ?? null),
  }
}

/** SHA-256 (hex) of a certificate as compact JSON, with `auditHash` null: this is what the audit log holds. */
export function fingerprintOf(certificate: Certificate): string {
  const text = JSON.stringify(Certificate.parse({ ...certificate, auditHash: null }))
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** Only what the witness saw gone counts: an item it was not asked about is not proven. */
function isProven({ plan, steps, proof }: Operation, rows: readonly Row[]): boolean {
  const verify = plan.steps.find(({ action }) => action.type === 'delete' && action.verb === 'verify')
  const isVerified = steps.some(({ stepId, state }) => stepId === verify?.id && state === 'done')
  const isOpen = rows.some(({ verdict }) => verdict === 'remains' || verdict === 'unknown')
  return isVerified && !isOpen && proof.every(row => row.verdict === 'proven' || row.byHand !== undefined)
}

const AFTER: Readonly<Record<ProofRow['verdict'], Row['verdict']>> = {
  proven: 'gone',
  differs: 'remains',
  unknown: 'unknown',
}

function itemRow(item: DeletionItem, proof: readonly ProofRow[]): Row {
  const shown = { kind: item.kind, name: item.name, before: beforeOf(item) }
  const seen = proof.find(row => row.what === item.name)
  if (item.verdict === 'by-hand') {
    const after = seen === undefined ? item.why : seen.found
    return { ...shown, after, verdict: after === 'gone' ? 'gone' : 'needs-you' }
  }
  if (item.verdict !== 'goes') return { ...shown, after: item.why, verdict: 'left-alone' }
  if (seen === undefined) return { ...shown, after: 'not looked at', verdict: 'unknown' }
  return { ...shown, after: seen.found, verdict: AFTER[seen.verdict] }
}

function beforeOf({ process, size, kind, lines }: DeletionItem): string {
  if (kind === 'port') return `listened on${process === null ? '' : ` by pid ${process.pid}`}`
  if (process !== null) return `running, pid ${process.pid}`
  if (kind === 'linger') return 'on'
  if (lines.length > 0) return lines.map(line => line.text).join('\n')
  return size === null ? 'there' : sizeText(size)
}

function botRows({ plan, steps }: Operation): readonly Row[] {
  const release = plan.steps.find(({ action }) => action.type === 'delete' && action.verb === 'release-bots')
  const note = steps.find(({ stepId }) => stepId === release?.id)?.note ?? ''
  return (plan.deletion?.bots ?? []).map(({ botId, account, profile, sharedWith }) => ({
    kind: 'bot',
    name: `Telegram bot ${botId}`,
    before: `account ${account} of the profile ${profile}`,
    after: sharedWith === null ? note : `${sharedWith} uses it too`,
    verdict: sharedWith === null ? 'needs-you' : 'left-alone',
  }))
}

/** What was looked at beyond the single items. */
function checks({ plan, proof }: Operation): readonly Row[] {
  const names = new Set(plan.deletion?.items.map(item => item.name))
  const peers = new Set(tickedPeers(plan.deletion).map(peerName))
  return proof
    .filter(row => !names.has(row.what))
    .map(row => ({
      kind: peers.has(row.what) ? 'record elsewhere' : 'check',
      name: row.what,
      before: peers.has(row.what) ? 'there' : row.expected,
      after: row.found,
      verdict: row.byHand === undefined ? AFTER[row.verdict] : 'needs-you',
    }))
}

function tookMs(startedAt: string | null, endedAt: string | null): number {
  return startedAt === null || endedAt === null ? 0 : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))
}
