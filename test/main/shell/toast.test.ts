import { expect, test } from 'vitest'
import { answerFrom, toastOf } from '../../../main/shell/toast'
import type { Notice } from '../../../shared/watch'
import { readToast } from '../../host/toast'

const ID = '0b0e7f4e-5a0f-4f0c-9d3e-2f6f6d0c1a11'

function noticeOf(change: Partial<Notice> = {}): Notice {
  const words = { title: 'pc-a: 51 GB of orphaned files', body: '8,662 files.' }
  return { kind: 'raised', at: 0, level: 'attention', ...words, alertIds: [ID], action: 'clean-orphans', ...change }
}

test('the click and each button carry what they lead to, for an OCM that has never heard of the notice', () => {
  const { id, toastXml } = toastOf(noticeOf())
  const { title, body, actions, words } = readToast(toastXml)
  expect({ title, body }).toEqual({ title: 'pc-a: 51 GB of orphaned files', body: '8,662 files.' })
  expect(actions).toEqual(['Clean up…', 'Snooze for one hour', 'Open'])
  expect(words.map(answerFrom)).toEqual([
    { alertIds: [ID], act: 'open' },
    { alertIds: [ID], act: 'clean-up' },
    { alertIds: [ID], act: 'snooze' },
    { alertIds: [ID], act: 'open' },
  ])
  // What Electron itself looks for in them.
  expect(id).toBe(ID)
  expect(words.map(one => new URLSearchParams(one).get('tag'))).toEqual(Array(4).fill(ID))
  expect(words.map(one => new URLSearchParams(one).get('type'))).toEqual(['click', 'action', 'action', 'action'])
  expect(words.map(one => new URLSearchParams(one).get('action'))).toEqual([null, '0', '1', '2'])
})

test('a digest leads to the list, under a name of its own that Windows takes', () => {
  const alertIds = [ID, ID.replace('0', '1'), ID.replace('0', '2')]
  const { id, toastXml } = toastOf(noticeOf({ alertIds, action: 'open' }))
  expect(id.length).toBeLessThanOrEqual(64)
  expect(id).not.toBe(toastOf(noticeOf({ alertIds: alertIds.toReversed() })).id)
  expect(readToast(toastXml).words.map(answerFrom)).toEqual(Array(2).fill({ alertIds: [], act: 'open' }))
})

test('what is critical stays until it is answered, and can be put away', () => {
  expect(toastOf(noticeOf()).toastXml).not.toContain('scenario')
  const { toastXml } = toastOf(noticeOf({ level: 'critical' }))
  expect(toastXml).toContain('scenario="reminder"')
  expect(toastXml).toContain('activationType="system" arguments="dismiss"')
  expect(readToast(toastXml).actions).toHaveLength(3)
})

test('whatever a node calls itself stays text, and nothing in it keeps Windows from showing the notice', () => {
  const title = '</text><action content="x"/> & "a\u0000b\uFFFE\uD800c" \u{1F99E}'
  const { toastXml } = toastOf(noticeOf({ title }))
  expect(readToast(toastXml).title).toBe('</text><action content="x"/> & "ab\uFFFDc" \u{1F99E}')
})

test.each([
  ['', { alertIds: [], act: 'open' }],
  ['type=click&tag=14317607570838471237', { alertIds: [], act: 'open' }],
  [`alert=../../x&act=clean-up`, { alertIds: [], act: 'clean-up' }],
  [`alert=${ID}&act=rm`, { alertIds: [ID], act: 'open' }],
])('words of somebody else lead to the list at most: %s', (words, answer) => {
  expect(answerFrom(words)).toEqual(answer)
})
