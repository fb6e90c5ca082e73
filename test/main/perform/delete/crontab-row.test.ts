import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { planDelete } from '../../../../main/deletion/plan'
import { genericRows } from '../../../../main/perform/delete/generic-rows'
import { leftRows } from '../../../../main/perform/delete/item-rows'
import { testimonyFrom } from '../../../../main/remote/testimony'
import type { Trace, Traces } from '../../../../shared/deletion'
import type { ProofRow } from '../../../../shared/plan'
import { deletionFacts, options, stamp, trace } from '../../deletion/facts'

const OWN = '0 3 * * * tar czf /b.tgz ~/.openclaw'

/** The row about the crontab, of what a witness saw there; null lines: it could not be read. */
function rowOf(
  lines: readonly string[] | null,
  found: readonly Trace[] = [],
  notSeen: Traces['notSeen'] = [],
): ProofRow | undefined {
  const facts =
    lines === null ? [] : [...lines.map(line => `ocm-fact\tcron-line\t${line}`), 'ocm-fact\tcrontab\tcomplete']
  const seen = testimonyFrom([...facts, 'ocm-fact\tend'].join('\n'), {})
  const { deletion } = planDelete(deletionFacts({ traces: { traces: [...found], notSeen } }), options(), stamp)
  if (deletion === undefined) throw new Error('no deletion')
  const rows = genericRows(deletion, seen, { uid: 1000, home: '/home/ada' })
  return rows.find(({ what }) => what === 'Lines of OpenClaw in the crontab')
}

test('a line in the crontab that nobody knew of is not gone; one that was to stay is expected', () => {
  expect(rowOf([])).toMatchObject({ verdict: 'proven' })
  expect(rowOf(['@reboot openclaw gateway run'])).toMatchObject({ verdict: 'differs', found: '1 line' })
  const sha256 = createHash('sha256').update(OWN).digest('hex')
  const kept = trace('cron-lines', 'crontab of ada', { isOwn: true, lines: [{ text: OWN, sha256 }] })
  expect(rowOf([OWN], [kept])).toMatchObject({ verdict: 'proven' })
})

test('a crontab that could not be read is unknown, unless the preview said so', () => {
  expect(rowOf(null)).toMatchObject({ verdict: 'unknown' })
  expect(rowOf(null, [], [{ what: 'The crontab', why: 'not allowed' }])).toBeUndefined()
})

const SCHEDULE = 'Lines of OpenClaw in the schedule of the system and in timers'

/** The row about the schedule, of what a witness told of it. */
function scheduleRow(facts: readonly string[], found: readonly Trace[] = [], notSeen: Traces['notSeen'] = []) {
  const told = [...facts.map(fact => `ocm-fact\t${fact}`), 'ocm-fact\tend'].join('\n')
  const { deletion } = planDelete(deletionFacts({ traces: { traces: [...found], notSeen } }), options(), stamp)
  if (deletion === undefined) throw new Error('no deletion')
  const seen = testimonyFrom(told, {})
  const rows = genericRows(deletion, seen, { uid: 1000, home: '/home/ada' })
  return { row: rows.find(({ what }) => what === SCHEDULE), left: leftRows(deletion.items, seen) }
}

test('a file of the schedule that could not be read is unknown, unless the preview said so; so is a closed folder', () => {
  const complete = 'schedule\tcomplete'
  expect(scheduleRow([]).row).toMatchObject({ verdict: 'unknown' })
  expect(scheduleRow([complete]).row).toMatchObject({ verdict: 'proven' })
  const lines = [{ text: OWN, sha256: 'a'.repeat(64) }]
  const item = trace('cron-lines', '/etc/cron.d/x', { path: '/etc/cron.d/x', lines })
  expect(scheduleRow([complete], [item]).left).toMatchObject([{ found: 'gone', verdict: 'proven' }])
  for (const path of ['/etc/cron.d', '/etc/cron.d/x']) {
    const facts = [`schedule-file\t${path}\tunknown`, complete]
    expect(scheduleRow(facts).row).toMatchObject({ verdict: 'unknown', found: `unknown: ${path} could not be read.` })
    expect(scheduleRow(facts, [], [{ what: path, why: 'EACCES' }]).row).toMatchObject({ verdict: 'proven' })
    // What cannot be seen is not called gone.
    expect(scheduleRow(facts, [item]).left).toEqual([])
  }
})

test('lines in the schedule that nobody knew of are not gone, also in a file of which others were known', () => {
  const sha256 = createHash('sha256').update(OWN).digest('hex')
  const item = trace('cron-lines', '/etc/cron.d/x', { path: '/etc/cron.d/x', lines: [{ text: OWN, sha256 }] })
  const facts = (line: string) => [`schedule-line\t/etc/cron.d/x\t${line}`, 'schedule\tcomplete']
  expect(scheduleRow(facts(OWN), [item])).toMatchObject({
    row: { verdict: 'proven' },
    left: [{ what: '/etc/cron.d/x', expected: 'left to you', found: 'still there', verdict: 'proven' }],
  })
  const open = scheduleRow(facts('@reboot openclaw gateway'), [item]).row
  expect(open).toMatchObject({ verdict: 'differs', found: '/etc/cron.d/x' })
})
