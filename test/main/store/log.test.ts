import { readdirSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createLog } from '../../../main/store/log'
import { redact } from '../../../main/store/redact'
import { tempFolder } from '../../helpers/temp'

const PEM = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----'

test('what looks like a secret does not get through', () => {
  const cases: [string, string][] = [
    ['bot 123456789:AAE-abcdefghijklmnopqrstuvwxyz012345 up', 'bot 123456789:••• up'],
    ['key sk-proj-abcdefghijklmnop1234567890 used', 'key sk-••• used'],
    [`before ${PEM} after`, 'before ••• after'],
    [PEM.slice(0, 50), '•••'],
    ['password=hunter2, then', 'password=•••, then'],
    ['{"botToken": "abc def", "port": 18789}', '{"botToken": •••, "port": 18789}'],
    ["token: 'x y' end", 'token: ••• end'],
    ['OPENCLAW_GATEWAY_TOKEN=abcdef', 'OPENCLAW_GATEWAY_TOKEN=•••'],
    ['Authorization: Bearer abcdefghijkl', 'Authorization: ••• •••'],
    ['node 4f6f held for 0.2 s', 'node 4f6f held for 0.2 s'],
  ]
  for (const [text, clean] of cases) expect(redact(text)).toBe(clean)
})

test('a long line costs no more than its length', () => {
  const startedAt = performance.now()
  redact('token-'.repeat(50_000) + 'x'.repeat(200_000))
  expect(performance.now() - startedAt).toBeLessThan(1000)
})

test('a log line is one line, redacted where it is written, with its scope', () => {
  using folder = tempFolder()
  const log = createLog(folder.join('logs'), { console: false })
  const secret = Buffer.from('ordinary words')
  const held = log.protect(secret)
  log.scope('ssh').info('one\nline\r\nwith ordinary words and password=hunter2')
  log.scope('ssh').error('failed', new Error(`outer ${PEM}`, { cause: new Error('inner ordinary words') }))
  held[Symbol.dispose]()
  log.scope('app').warn('ordinary words again')
  const lines = readFileSync(log.file, 'utf8').trim().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info \[ssh\] one \| line \| with ••• and password=•••$/)
  expect(lines[1]).toContain('outer •••')
  expect(lines[1]).not.toContain('b3BlbnNzaC1rZXk')
  expect(lines[1]).toContain('inner •••')
  expect(lines[2]).toContain('warn [app] ordinary words again')
  if (process.platform !== 'win32') expect(statSync(log.file).mode & 0o077).toBe(0)
})

test('two logs of one process do not mix', () => {
  using folder = tempFolder()
  const [first, second] = ['a', 'b'].map(name => createLog(folder.join(name), { console: false }))
  first?.scope('x').info('only in the first')
  second?.scope('x').info('only in the second')
  expect(readFileSync(second?.file ?? '', 'utf8')).not.toContain('first')
})

test('a full log makes room and keeps three old ones', () => {
  using folder = tempFolder()
  const log = createLog(folder.path, { console: false })
  const line = 'x'.repeat(3900)
  for (let index = 0; index < 3000; index++) log.scope('test').info(line)
  expect(readdirSync(folder.path).sort()).toEqual(['ocm.log', 'ocm.log.1', 'ocm.log.2', 'ocm.log.3'])
  for (const name of readdirSync(folder.path)) expect(statSync(folder.join(name)).size).toBeLessThan(2.2 * 1024 * 1024)
})
