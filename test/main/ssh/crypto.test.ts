import { expect, test } from 'vitest'
import { cryptoInUse } from '../../../main/ssh/crypto'

test('ssh2 runs on the crypto of Node: its native one can abort the process, and none is there', () => {
  expect(cryptoInUse()).toBe('node:crypto')
})
