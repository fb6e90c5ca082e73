import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { planDelete } from '../../../main/deletion/plan'
import { genericRows } from '../../../main/perform/delete/generic-rows'
import { leftRows } from '../../../main/perform/delete/item-rows'
import { createRemotes } from '../../../main/remote/remotes'
import { createWitness, type Testimony } from '../../../main/remote/witness'
import { Traces, type Deletion } from '../../../shared/deletion'
import { test } from '../../helpers/posix'
import { shippedProgram } from '../../helpers/remote-programs'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { connectedPool } from '../../helpers/sshd'
import { TempFolder } from '../../helpers/temp-folder'
import { deletionFacts, options, stamp } from '../deletion/facts'

const sha = (line: string): string => createHash('sha256').update(line).digest('hex')

/** A machine over a real sshd with an own /etc, a copy of this one's, and an own home. */
async function machine() {
  await using undo = new AsyncDisposableStack()
  const folder = undo.use(new TempFolder())
  const etc = join(folder.path, 'etc')
  execFileSync('cp', ['-a', '/etc', etc])
  const home = join(folder.path, 'home/ada')
  mkdirSync(home, { recursive: true })
  const access = undo.use(
    await connectedPool({ env: { HOME: home, SHELL: '/bin/sh', USER: 'root' }, hiding: [], showing: { '/etc': etc } }),
  )
  const { pool, nodeId } = access
  const memory = { get: () => null, set: () => undefined }
  const log = { info: () => undefined, warn: () => undefined }
  const remotes = undo.use(createRemotes({ pool, program: await shippedProgram(), memory, log }))
  const all = undo.move()
  onTestFinished(() => all.disposeAsync())
  return {
    /** Writes a file of the machine; answers the path it has there. */
    write: (path: string, lines: readonly string[], mode = 0o644): string => {
      const text = lines.map(line => `${line}\n`).join('')
      const full = folder.write(path.replace(/^\//, ''), text)
      chmodSync(full, mode)
      return path.startsWith('/home') ? full : path
    },
    remove: (path: string): void => rmSync(path.startsWith('/etc/') ? join(folder.path, path) : path),
    traces: async () =>
      Traces.parse(
        await remotes.use(nodeId, remote => remote.request('traces', { withSizes: false }, { limitMs: 60_000 })),
      ),
    look: () => createWitness({ pool }).look(nodeId, {}),
  }
}

function planned(traces: Traces): Deletion {
  const { deletion } = planDelete(deletionFacts({ traces }), options(), stamp)
  if (deletion === undefined) throw new Error('no deletion')
  return deletion
}

function scheduleRow(deletion: Deletion, seen: Testimony) {
  const rows = genericRows(deletion, seen, { uid: 0, home: '/root' })
  return rows.find(({ what }) => what === 'Lines of OpenClaw in the schedule of the system and in timers')
}

const obstacle = skips('the schedule of the system', MOUNT_OBSTACLE)

test.skipIf(obstacle)(
  'scripts that run-parts and anacron start are found, whole or mixed, left to the person, and seen by the witness',
  async () => {
    const { write, traces, look, remove } = await machine()
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
    ])

    remove(whole)
    write('/etc/cron.weekly/housekeeping', ['#!/bin/sh', 'rsync -a /srv /backup', mention], 0o755)
    write('/etc/cron.daily/newcomer', ['#!/bin/sh', 'openclaw doctor'], 0o755)
    const after = await look()
    expect(leftRows(deletion.items, after).map(row => row.found)).toEqual(['still there', 'gone', 'gone'])
    expect(scheduleRow(deletion, after)).toMatchObject({ verdict: 'differs', found: '/etc/cron.daily/newcomer' })
  },
)

test.skipIf(obstacle)(
  'timers that start OpenClaw are found, of the login and of the system, and seen by the witness',
  async () => {
    const { write, traces, look, remove } = await machine()
    const units = '/home/ada/.config/systemd/user'
    const timer = ['[Timer]', 'OnCalendar=daily', '[Install]', 'WantedBy=timers.target']
    const own = write(`${units}/tidy.timer`, [...timer, 'Unit=  oc.service '])
    const service = write(`${units}/oc.service`, [
      '[Service]',
      'Type=oneshot',
      'ExecStart=-/usr/bin/env openclaw \\',
      '  doctor',
    ])
    const wake = write(`${units}/openclaw-gateway.timer`, timer)
    write(`${units}/openclaw-gateway.service`, [
      '[Service]',
      'ExecStart=/usr/bin/node /x/openclaw/dist/index.js gateway',
    ])
    const mixed = write('/etc/systemd/system/nightly.timer', timer)
    write('/etc/systemd/system/nightly.service', [
      '[Service]',
      'ExecStart=/usr/bin/backup',
      'ExecStartPost=/usr/bin/openclaw doctor',
    ])
    const names = write('/etc/systemd/system/copy.timer', timer)
    write('/etc/systemd/system/copy.service', ['[Service]', 'ExecStart=/bin/tar c /root/.openclaw'])
    const theirs = write('/etc/systemd/system/bob.timer', timer)
    write('/etc/systemd/system/bob.service', ['[Service]', 'User=bob', 'ExecStart=/usr/bin/openclaw doctor'])
    write(`${units}/plain.timer`, timer)

    const found = await traces()
    const timers = found.traces.filter(({ kind, path }) => kind === 'cron-lines' && path?.endsWith('.timer'))
    expect(
      timers.map(({ path, isOwn, isWholeFile, lines }) => [path, isOwn, isWholeFile, lines.map(l => l.text)]),
    ).toEqual([
      [
        wake,
        undefined,
        true,
        ['Unit=openclaw-gateway.service', 'ExecStart=/usr/bin/node /x/openclaw/dist/index.js gateway'],
      ],
      [own, undefined, true, ['ExecStart=-/usr/bin/env openclaw \\']],
      [names, true, undefined, ['ExecStart=/bin/tar c /root/.openclaw']],
      [mixed, undefined, undefined, ['ExecStartPost=/usr/bin/openclaw doctor']],
    ])
    expect(found.notSeen).toContainEqual({ what: theirs, why: 'It starts OpenClaw as another account; it stays.' })
    expect(found.notSeen.map(({ what }) => what)).not.toContain(wake)

    const deletion = planned(found)
    expect(deletion.isWhole).toBe(false)
    expect(deletion.byHand.map(({ command }) => command)).toEqual(
      expect.arrayContaining([
        `systemctl --user disable --now -- openclaw-gateway.timer && rm -- ${wake}`,
        `systemctl --user disable --now -- tidy.timer && rm -- ${own} ${service}`,
        'sudo systemctl edit --full -- nightly.service',
      ]),
    )
    const before = await look()
    expect(scheduleRow(deletion, before)).toMatchObject({ verdict: 'proven' })
    expect(leftRows(deletion.items, before).map(row => row.found)).toEqual(Array(3).fill('still there'))

    for (const path of [own, service]) remove(path)
    remove(wake)
    write('/etc/systemd/system/nightly.service', ['[Service]', 'ExecStart=/usr/bin/backup'])
    write('/etc/systemd/system/newcomer.timer', [...timer, '[Timer]', 'Unit=openclaw-doctor.service'])
    const after = await look()
    expect(leftRows(deletion.items, after).map(row => row.found)).toEqual(Array(3).fill('gone'))
    expect(scheduleRow(deletion, after)).toMatchObject({
      verdict: 'differs',
      found: '/etc/systemd/system/newcomer.timer',
    })
  },
)
