import { expect, test } from 'vitest'
import { parseSpan, parseUnit } from '../../remote/survey/unit-file'
import { parseEnvironmentFile } from '../../remote/environment-file'

test('a unit is read with quotes, continued lines, specifiers and drop-ins', () => {
  const unit = parseUnit(
    `[Unit]
Description=ExecStart=not me
[Service]
ExecStart=-/usr/bin/node "/opt/my apps/openclaw/dist/index.js" \\
  gateway --port 18789
Environment="A=one two" 'B=three' C=\\x41%h
# Environment=D=no
EnvironmentFile=-%h/.openclaw/gateway.systemd.env
TimeoutStopSec=5min 30s
User=claw

[Service]
ExecStart=
ExecStart=/usr/bin/node other.js`,
    '/home/claw',
  )
  expect(unit).toEqual({
    execStart: ['/usr/bin/node', 'other.js'],
    environment: new Map([
      ['A', 'one two'],
      ['B', 'three'],
      ['C', 'A/home/claw'],
    ]),
    environmentFiles: ['/home/claw/.openclaw/gateway.systemd.env'],
    user: 'claw',
    stopLimitMs: 330_000,
  })
})

test.each([
  ['330', 330_000],
  ['1min 30s', 90_000],
  ['5min 30s', 330_000],
  ['500ms', 500],
  ['infinity', Infinity],
  ['', null],
  ['soon', null],
])('a span of %j is %j ms', (text, expected) => {
  expect(parseSpan(text)).toBe(expected)
})

test('an environment file is read with quotes, exports and comments', () => {
  const text = `# A=no\nexport A="one \\"two\\""\nB='th ree' \nC=plain # rest\n D = spaced\nE=\nbroken line\n`
  expect([...parseEnvironmentFile(text)]).toEqual([
    ['A', 'one "two"'],
    ['B', 'th ree'],
    ['C', 'plain'],
    ['D', 'spaced'],
    ['E', ''],
  ])
})
