import { expect, test } from 'vitest'
import { areMet, table, type Row } from './measure.ts'

const row = (change: Partial<Row>): Row => ({
  ...{ what: 'x', ocm: '1', against: '1', result: '1', target: '≤ 1', isMet: true },
  ...change,
})
const MISSED_AIM = row({ isMet: false, isAim: true, target: 'aim 120 MB' })

test('a missed target fails the bench, a missed aim is only told', () => {
  expect(areMet([row({}), MISSED_AIM])).toBe(true)
  expect(areMet([row({ isMet: false }), MISSED_AIM])).toBe(false)
  const lines = table([row({}), row({ isMet: false }), MISSED_AIM, row({ target: 'none' })]).split('\n')
  expect(lines.slice(2).map(line => line.split('|').at(-2)?.trim())).toEqual(['met', '**missed**', 'not reached', ''])
})
