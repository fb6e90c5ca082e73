import { expect, test } from 'vitest'
import { bytesText } from '../../shared/units'

test.each([
  [0, '0 B'],
  [625.77, '626 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9_940, '9.9 kB'],
  [9_960, '10 kB'],
  [50_500_000_000, '51 GB'],
  [50_499_999_999, '50 GB'],
  [999_400, '999 kB'],
  [999_600, '1.0 MB'],
  [999_999_999_999, '1.0 TB'],
  [12_345_000_000_000_000, '12345 TB'],
])('%d bytes are %s', (bytes, words) => {
  expect(bytesText(bytes)).toBe(words)
})
