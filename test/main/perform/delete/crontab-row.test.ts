import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { planDelete } from '../../../../main/deletion/plan'
import { genericRows } from '../../../../main/perform/delete/generic-rows'
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
