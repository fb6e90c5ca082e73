import { expect, test } from 'vitest'
import { certificateOf, fingerprintOf } from '../../../main/deletion/certificate'
import { planDelete } from '../../../main/deletion/plan'
import { renderCertificate } from '../../../main/deletion/render'
import { Certificate } from '../../../shared/deletion'
import type { Operation, ProofRow } from '../../../shared/plan'
import { deletionFacts, options, plainTraces, stamp, STATE, trace } from './facts'

const at = '2026-11-20T12:00:00.000Z'
const hostile = `/home/ada/<script>alert("x")</script>&|*_[a](b)\nsecond line`
const found = [...plainTraces(), trace('leftover', hostile)]
const plan = planDelete(deletionFacts({ found }), options(), stamp)

function operation(change: Partial<Operation> = {}): Operation {
  const going = plan.deletion?.items.filter(item => item.verdict === 'goes') ?? []
  const steps = plan.steps.map(step => ({
    ...{ stepId: step.id, state: 'done' as const, startedAt: at, endedAt: '2026-11-20T12:00:02.000Z' },
    ...{ note: 'ok', error: null, progress: null },
  }))
  const proof = going.map((item): ProofRow => ({ what: item.name, expected: 'gone', found: 'gone', verdict: 'proven' }))
  const ended = { state: 'running' as const, startedAt: at, endedAt: null, error: null, canReturn: false }
  return { id: stamp.id, plan, steps, proof, snapshots: { 'deletion:default': stamp.id }, ...ended, ...change }
}

const facts = {
  node: { id: plan.target ?? '', label: 'pc-a', host: 'pc-a.lan', user: 'ada', hostKey: 'SHA256:abc' },
  by: 'admin',
  endedAt: '2026-11-20T12:01:00.000Z',
  backupHash: () => 'f'.repeat(64),
}

test('it is proven only when the witness was asked about every item and saw each gone', () => {
  const whole = certificateOf(operation(), facts)
  expect(whole).toMatchObject({ isProven: true, backups: [{ sha256: 'f'.repeat(64) }] })
  expect(whole.rows.find(row => row.name === STATE)).toMatchObject({ before: '2.0 GB, 20,000 files', verdict: 'gone' })
  expect(whole.rows.filter(row => row.verdict === 'left-alone').map(row => row.kind)).toEqual(['workspace', 'linger'])

  const { proof, steps } = operation()
  expect(certificateOf(operation({ proof: proof.slice(1) }), facts).isProven).toBe(false)
  const [first, ...rest] = proof
  if (first === undefined) throw new Error('no proof')
  const remains = certificateOf(
    operation({ proof: [{ ...first, verdict: 'differs', found: 'still there' }, ...rest] }),
    facts,
  )
  expect(remains.isProven).toBe(false)
  expect(remains.rows[0]).toMatchObject({ after: 'still there', verdict: 'remains' })
  const unverified = steps.map(step => (step.stepId === 'verify' ? { ...step, state: 'failed' as const } : step))
  expect(certificateOf(operation({ steps: unverified }), facts).isProven).toBe(false)
})

test('what is left to the person is told as the witness saw it', () => {
  const path = '/etc/cron.daily/openclaw'
  const left = trace('cron-lines', path, { path, lines: [{ text: 'openclaw doctor', sha256: 'a'.repeat(64) }] })
  const mine = planDelete(deletionFacts({ found: [...plainTraces(), left] }), options(), stamp)
  const rowOf = (proof: readonly ProofRow[]) =>
    certificateOf(operation({ plan: mine, proof: [...proof] }), facts).rows.filter(row => row.name === path)
  const seen = (what: string): ProofRow => ({ what: path, expected: 'left to you', found: what, verdict: 'proven' })
  expect(rowOf([])).toMatchObject([{ after: expect.stringMatching(/schedule/) as string, verdict: 'needs-you' }])
  expect(rowOf([seen('still there')])).toMatchObject([{ after: 'still there', verdict: 'needs-you' }])
  expect(rowOf([seen('gone')])).toMatchObject([{ after: 'gone', verdict: 'gone' }])
})

test('the step that writes it reads as done, with itself as the proof, though it still runs then', () => {
  const { steps } = operation()
  const running = { state: 'running' as const, note: '', endedAt: null }
  const writing = steps.map(step => (step.stepId === 'record' ? { ...step, ...running } : step))
  const certificate = certificateOf(operation({ steps: writing }), facts)
  expect(certificate.steps.map(step => step.state)).toEqual(Array(11).fill('done'))
  expect(certificate.steps.at(-1)).toMatchObject({ note: 'This certificate is its proof.', tookMs: 60_000 })
  expect(renderCertificate(certificate, 'markdown')).not.toContain('running |')
})

test('its fingerprint is that of its JSON without the place in the audit log, and of nothing else', () => {
  const certificate = certificateOf(operation(), facts)
  const read = Certificate.parse(JSON.parse(renderCertificate({ ...certificate, auditHash: 'a' }, 'json')))
  expect(fingerprintOf(read)).toBe(fingerprintOf(certificate))
  expect(fingerprintOf({ ...certificate, by: 'somebody else' })).not.toBe(fingerprintOf(certificate))
})

test('as a page and as Markdown it is self-contained, and names from a machine are only text', () => {
  const certificate = certificateOf(operation(), facts)
  const html = renderCertificate(certificate, 'html')
  expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)')
  expect(html).not.toMatch(/<script|<link|<img|src=|href=|@import|url\(/)
  const markdown = renderCertificate(certificate, 'markdown')
  expect(markdown).not.toContain('<script')
  const row = markdown.split('\n').find(line => line.includes('second line')) ?? ''
  expect(row.split(/(?<!\\)\|/)).toHaveLength(7)
  expect(row).toContain('\\*\\_\\[a\\]')
})
