import type { Certificate } from '../../shared/deletion'
import { SECOND } from '../../shared/units'
import { fingerprintOf } from './certificate'

/** A certificate as titled parts, before it becomes a text of some kind. */
export interface Report {
  readonly title: string
  readonly verdict: string
  readonly facts: readonly (readonly [string, string])[]
  readonly tables: readonly {
    readonly title: string
    readonly head: readonly string[]
    readonly rows: readonly (readonly string[])[]
  }[]
}

const VERDICTS: Readonly<Record<Certificate['rows'][number]['verdict'], string>> = {
  gone: 'gone',
  remains: 'REMAINS',
  unknown: 'UNKNOWN',
  'left-alone': 'left alone',
  'needs-you': 'needs you',
}

/** Orders what a certificate says for a reader. */
export function reportOf(certificate: Certificate): Report {
  const { node, rows, steps, backups, byHand } = certificate
  const gone = rows.filter(row => row.verdict === 'gone').length
  return {
    title: `Deletion of OpenClaw from ${node.label}`,
    verdict: certificate.isProven
      ? `Proven: a witness saw ${gone} of ${gone} items gone.${certificate.isWhole === false ? ' Something of OpenClaw stays on it.' : ''}`
      : 'Not proven: see what remains or is unknown below.',
    facts: [
      ['Machine', `${node.label} (${node.user}@${node.host})`],
      ['Host key', node.hostKey ?? 'unknown'],
      ['By', certificate.by],
      ['From', certificate.startedAt],
      ['To', certificate.endedAt],
      ['Took', duration(Date.parse(certificate.endedAt) - Date.parse(certificate.startedAt))],
      ['Backup', certificate.isBackupWaived ? 'waived by the admin' : backups.length === 0 ? 'none' : 'see below'],
      ['Run', certificate.operationId],
      ['SHA-256 of this certificate', fingerprintOf(certificate)],
      ['Audit entry', certificate.auditHash ?? 'not written yet'],
    ],
    tables: [
      {
        title: 'What was there, and what is now',
        head: ['Kind', 'Name', 'Before', 'After', 'Verdict'],
        rows: rows.map(row => [row.kind, row.name, row.before, row.after, VERDICTS[row.verdict]]),
      },
      {
        title: 'Steps',
        head: ['Step', 'Result', 'Took', 'Note'],
        rows: steps.map((step, index) => [
          `${index + 1}. ${step.title}`,
          step.state,
          duration(step.tookMs),
          step.error === null ? step.note : `${step.note} ${step.error}`.trim(),
        ]),
      },
      {
        title: 'Backups',
        head: ['Backup', 'SHA-256 of its manifest'],
        rows: backups.map(backup => [backup.id, backup.sha256]),
      },
      {
        title: 'Left for you',
        head: ['What', 'Command', 'Where'],
        rows: byHand.map(({ text, command, link }) => [text, command ?? '', link ?? '']),
      },
    ].filter(table => table.rows.length > 0),
  }
}

function duration(ms: number): string {
  return ms < 10 * SECOND ? `${(ms / SECOND).toFixed(1)} s` : `${Math.round(ms / SECOND)} s`
}
