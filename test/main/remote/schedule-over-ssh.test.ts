import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { leftRows } from '../../../main/perform/delete/item-rows'
import { test } from '../../helpers/posix'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { planned, scheduledMachine, scheduleRow } from './scheduled-machine'

const sha = (line: string): string => createHash('sha256').update(line).digest('hex')

const obstacle = skips('the schedule of the system', MOUNT_OBSTACLE)

test.skipIf(obstacle)(
  'scripts that run-parts and anacron start are found, whole or mixed, left to the person, and seen by the witness',
  async () => {
    const { write, traces, look, remove } = await scheduledMachine()
    const run = 'exec su - root -c \\'
    const rest = '  "openclaw sessions cleanup --token verysecretvalue"'
    const whole = write(
      '/etc/cron.daily/openclaw',
      ['#!/bin/sh', 'set -e', '', '[ -x /x ] || exit 0', run, rest],
      0o755,
    )
    const mixedLine = '  /usr/local/bin/openclaw doctor'
    const mention = 'tar czf /b.tgz /root/.openclaw'
    const lines = ['#!/bin/sh', 'rsync -a /srv /backup', 'if true; then', mixedLine, 'fi', mention]
    const mixed = write('/etc/cron.weekly/housekeeping', lines, 0o755)
    const anacron = '7 15 openclaw-report /usr/bin/env openclaw report'
    write('/etc/anacrontab', ['SHELL=/bin/sh', '1 5 cron.daily run-parts /etc/cron.daily', anacron])
    const off = 'openclaw doctor'
    write('/etc/cron.monthly/switched-off', ['#!/bin/sh', off], 0o644)
    write('/etc/cron.hourly/theirs', ['#!/bin/sh', 'su bob -c "openclaw doctor"'], 0o755)
    write('/etc/cron.daily/plain', ['#!/bin/sh', 'exit 0'], 0o755)
    const periodic = write('/etc/periodic/15min/report', ['#!/bin/sh', 'openclaw report'], 0o755)

    const found = await traces()
    const scheduled = found.traces.filter(({ kind, path }) => kind === 'cron-lines' && path !== null)
    expect(
      scheduled.map(({ path, isOwn, isWholeFile, lines }) => [path, isOwn, isWholeFile, lines.map(l => l.sha256)]),
    ).toEqual([
      ['/etc/anacrontab', undefined, undefined, [sha(anacron)]],
      [whole, undefined, true, [sha(rest)]],
      [mixed, undefined, undefined, [sha(mixedLine)]],
      [mixed, true, undefined, [sha(mention)]],
      ['/etc/cron.monthly/switched-off', true, undefined, [sha(off)]],
      [periodic, undefined, true, [sha('openclaw report')]],
    ])
    expect(JSON.stringify(scheduled)).not.toContain('verysecretvalue')
    expect(found.notSeen).toContainEqual({
      what: '/etc/cron.hourly/theirs',
      why: 'Lines there run OpenClaw as another account; those stay.',
    })

    const deletion = planned(found)
    expect(deletion.isWhole).toBe(false)
    expect(deletion.items.map(({ name, verdict }) => `${verdict} ${name}`)).toEqual(
      expect.arrayContaining([`by-hand ${whole}`, `by-hand ${mixed}`, `stays ${mixed} (lines that people wrote)`]),
    )
    expect(deletion.byHand.map(({ command }) => command)).toEqual(
      expect.arrayContaining([`sudo rm -- ${whole}`, `sudoedit ${mixed}`, 'sudoedit /etc/anacrontab']),
    )

    const before = await look()
    expect(scheduleRow(deletion, before)).toMatchObject({ verdict: 'proven' })
    expect(leftRows(deletion.items, before)).toMatchObject([
      { what: '/etc/anacrontab', found: 'still there', verdict: 'proven' },
      { what: whole, found: 'still there', verdict: 'proven' },
      { what: mixed, found: 'still there', verdict: 'proven' },
      { what: periodic, found: 'still there', verdict: 'proven' },
    ])

    remove(whole)
    remove(periodic)
    write('/etc/cron.weekly/housekeeping', ['#!/bin/sh', 'rsync -a /srv /backup', mention], 0o755)
    write('/etc/cron.daily/newcomer', ['#!/bin/sh', 'openclaw doctor'], 0o755)
    const after = await look()
    expect(leftRows(deletion.items, after).map(row => row.found)).toEqual(['still there', 'gone', 'gone', 'gone'])
    expect(scheduleRow(deletion, after)).toMatchObject({ verdict: 'differs', found: '/etc/cron.daily/newcomer' })
  },
)
