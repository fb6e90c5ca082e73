import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commandLine, quote } from '../../../main/ssh/quote'

test('every byte but NUL survives a real shell', () => {
  const word = Array.from({ length: 0x17f }, (_, index) => String.fromCodePoint(index + 1)).join('')
  expect(execFileSync('sh', ['-c', commandLine(['printf', '%s', word])]).toString()).toBe(word)
})

test('plain words stay readable, an empty word stays a word', () => {
  expect(commandLine(['systemctl', '--user', 'stop', 'openclaw-gateway.service'])).toBe(
    'systemctl --user stop openclaw-gateway.service',
  )
  expect(quote('')).toBe("''")
  expect(() => quote('a\0b')).toThrow('NUL')
})
