import { FileDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { attempt } from '../../actions'
import { call, problemOf } from '../../api'
import { Button } from '../../components/controls'
import { Copyable } from '../../components/copyable'
import { Problem } from '../../components/problem'
import { Section } from '../../components/section'
import { counted, exactTime, span } from '../../lib/format'
import { useApp } from '../../store/app'
import type { Certificate as Paper } from '../../../shared/deletion'
import type { PublicError } from '../../../shared/errors'

const FORMATS = { html: 'HTML', markdown: 'Markdown', json: 'JSON' } as const
type Format = keyof typeof FORMATS

/** The stored proof of a deletion, with before and after of each thing, to read and to export. */
export function Certificate({ operationId }: { readonly operationId: string }) {
  const [paper, setPaper] = useState<Paper | null>(null)
  const [problem, setProblem] = useState<PublicError | null>(null)
  useEffect(() => {
    let isGone = false
    call('deletions.certificate', { operationId }).then(
      answer => {
        if (!isGone) setPaper(answer)
      },
      (error: unknown) => {
        if (!isGone) setProblem(problemOf(error))
      },
    )
    return () => {
      isGone = true
    }
  }, [operationId])
  if (problem !== null) return <Problem problem={problem} />
  if (paper === null) return null
  return (
    <section className="section flat certificate" aria-label="Certificate">
      <div className="row wrap">
        <h2 className="grow">Certificate</h2>
        {(Object.keys(FORMATS) as Format[]).map(format => (
          <Button key={format} size="small" icon={FileDown} onPress={() => void save(operationId, format)}>
            {FORMATS[format]}
          </Button>
        ))}
      </div>
      <Facts paper={paper} />
      <Section title="Before and after" summary={counted(paper.rows.length, 'item')}>
        <Rows rows={paper.rows} />
      </Section>
    </section>
  )
}

async function save(operationId: string, format: Format): Promise<void> {
  const answer = await attempt('deletions.saveCertificate', { operationId, format })
  if (!answer?.value) return
  useApp.getState().notify({ tone: 'fine', title: 'The certificate is saved', text: answer.value })
}

function outcomeOf({ isProven, isWhole }: Paper): string {
  if (!isProven) return 'Not proven: something is left or unknown'
  return isWhole === false ? 'Proven: what was to go is gone; the rest stays' : 'Proven: nothing remains'
}

function Facts({ paper }: { readonly paper: Paper }) {
  const { node, by, startedAt, endedAt, backups, isBackupWaived, auditHash } = paper
  return (
    <dl className="panel-facts">
      <Fact name="Outcome">{outcomeOf(paper)}</Fact>
      <Fact name="Node">
        {node.label} <code>{`${node.user}@${node.host}`}</code>
      </Fact>
      <Fact name="By">{by}</Fact>
      <Fact name="When">
        {exactTime(startedAt)}, took {span(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)))}
      </Fact>
      <Fact name="Backup">
        {isBackupWaived && 'Waived by choice'}
        {!isBackupWaived && backups.length === 0 && 'None'}
        {backups.map(({ id, sha256 }) => (
          <Copyable key={id} text={sha256} what="SHA-256 of the backup" />
        ))}
      </Fact>
      <Fact name="Audit entry">
        {auditHash === null ? 'Not written yet' : <Copyable text={auditHash} what="hash of the audit entry" />}
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const VERDICTS: Readonly<Record<Paper['rows'][number]['verdict'], string>> = {
  gone: 'Gone',
  remains: 'Remains',
  unknown: 'Unknown',
  'left-alone': 'Left alone',
  'needs-you': 'Needs you',
}

function Rows({ rows }: { readonly rows: Paper['rows'] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Before and after">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ kind, name, before, after, verdict }) => (
            <tr key={kind + name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td className="selectable">{before}</td>
              <td className="selectable">{after}</td>
              <td>{VERDICTS[verdict]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
