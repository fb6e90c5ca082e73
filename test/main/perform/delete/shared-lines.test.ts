import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { planDelete } from '../../../../main/deletion/plan'
import { itemRows, questionsAbout } from '../../../../main/perform/delete/item-rows'
import { withoutSharedLines } from '../../../../main/perform/delete/shared-lines'
import { testimonyFrom } from '../../../../main/remote/testimony'
import type { Trace } from '../../../../shared/deletion'
import { deletionFacts, options, stamp, trace } from '../../deletion/facts'

const RC = '/home/ada/.bashrc'
const HEADING = '# OpenClaw Completion'
const OURS = 'source "/home/ada/.openclaw/completions/openclaw.bash"'
const OTHER = 'source "/home/ada/.openclaw-rescue/completions/openclaw.bash"'
const lineOf = (text: string) => ({ text, sha256: createHash('sha256').update(text).digest('hex') })

function rowOf(there: readonly string[]) {
  const lines = (profile: string, own: string): Trace => ({
    ...trace('shell-lines', RC, { profile, lines: [HEADING, own].map(lineOf) }),
    id: `shell-lines:${profile}`,
  })
  const traces = [lines('default', OURS), lines('rescue', OTHER)]
  const { deletion } = planDelete(
    deletionFacts({ traces: { traces, notSeen: [] } }),
    { ...options(), profiles: ['default'] },
    stamp,
  )
  if (deletion === undefined) throw new Error('no deletion')
  const going = deletion.items.filter(({ verdict }) => verdict === 'goes')
  expect(going.map(({ profile }) => profile)).toEqual(['default'])
  const seen = testimonyFrom('ocm-fact\tend', {})
  const startUpFiles = [{ path: RC, lines: { state: 'known' as const, value: there.map(line => lineOf(line).sha256) } }]
  const { places } = questionsAbout(going)
  const told = { ...seen, startUpFiles: { state: 'known' as const, value: startUpFiles } }
  return itemRows(withoutSharedLines(going, deletion.items), told, places)[0]
}

test('a heading that is left for another profile is no sign of the one that went', () => {
  expect(rowOf([HEADING, OTHER])).toMatchObject({ verdict: 'proven' })
  expect(rowOf([HEADING, OTHER, OURS])).toMatchObject({ verdict: 'differs' })
})
