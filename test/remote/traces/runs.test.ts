import { describe, expect, test } from 'vitest'
import { isOfLogin, runOf } from '../../../remote/traces/runs'

describe('a command runs OpenClaw', () => {
  test.each([
    'openclaw gateway run',
    '/usr/bin/node /usr/lib/node_modules/openclaw/dist/index.js doctor',
    'if ! openclaw doctor; then',
    '[ -x /usr/bin/openclaw ] && exec /usr/bin/openclaw doctor',
    'flock -n /run/oc.lock openclaw doctor',
    'timeout 5m nice -n 10 openclaw doctor',
  ])('by itself: %s', command => expect(runOf(command)).toEqual({ as: null }))

  test.each([
    ["su - ada -c 'cd /srv && openclaw doctor'", 'ada'],
    ['/usr/sbin/runuser -u ada -- openclaw doctor', 'ada'],
    ['runuser ada -s /bin/sh -c "openclaw doctor"', 'ada'],
    ['sudo -H -u ada openclaw doctor', 'ada'],
    ['sudo -uada openclaw doctor', 'ada'],
    ['sudo --user=ada openclaw doctor', 'ada'],
    ['sudo openclaw doctor', 'root'],
    ['su -c "openclaw doctor" ada', null],
    ['su "$OWNER" -c "openclaw doctor"', null],
    ['su ${OWNER} -c "openclaw doctor"', null],
  ])('as whom it says: %s', (command, user) => expect(runOf(command)).toEqual({ as: { user } }))

  test.each([
    'tar czf /b.tgz /home/ada/.openclaw',
    'command -v openclaw >/dev/null || exit 0',
    '[ -d /home/ada/.openclaw ] || exit 0',
    'echo openclaw',
    'sudo -u openclaw tar c .',
  ])('not where it merely names it: %s', command => expect(runOf(command)).toBeNull())
})

test('it is the login’s where it runs as the login, with what lies in its home, or as nobody can tell whom', () => {
  const login = { user: 'ada', home: '/home/ada' }
  expect(isOfLogin('openclaw doctor', 'ada', login)).toBe(true)
  expect(isOfLogin('openclaw doctor', null, login)).toBe(true)
  expect(isOfLogin('HOME=/home/ada /usr/bin/openclaw doctor', 'root', login)).toBe(true)
  expect(isOfLogin('/home/ada/.npm-global/bin/openclaw doctor', 'root', login)).toBe(true)
  expect(isOfLogin('/home/adam/.npm-global/bin/openclaw doctor', 'root', login)).toBe(false)
  expect(isOfLogin('openclaw doctor', 'root', login)).toBe(false)
})
