import { expect } from 'vitest'
import { leftRows } from '../../../main/perform/delete/item-rows'
import { test } from '../../helpers/posix'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { planned, scheduledMachine, scheduleRow, unitsRow } from './scheduled-machine'

const obstacle = skips('timers of systemd', MOUNT_OBSTACLE)
const TIMER = ['[Timer]', 'OnCalendar=daily', '[Install]', 'WantedBy=timers.target']

test.skipIf(obstacle)(
  'timers that start OpenClaw are found, of the login and of the system, and seen by the witness',
  async () => {
    const { write, traces, look, remove } = await scheduledMachine()
    const units = '/home/ada/.config/systemd/user'
    const own = write(`${units}/tidy.timer`, [...TIMER, 'Unit=  oc.service '])
    const service = write(`${units}/oc.service`, [
      '[Service]',
      'Type=oneshot',
      'ExecStart=-/usr/bin/env openclaw \\',
      '  doctor',
    ])
    const wake = write(`${units}/openclaw-gateway.timer`, TIMER)
    write(`${units}/openclaw-gateway.service`, [
      '[Service]',
      'ExecStart=/usr/bin/node /x/openclaw/dist/index.js gateway',
    ])
    const mixed = write('/etc/systemd/system/nightly.timer', TIMER)
    write('/etc/systemd/system/nightly.service', [
      '[Service]',
      'ExecStart=/usr/bin/backup',
      'ExecStartPost=/usr/bin/openclaw doctor',
    ])
    const names = write('/etc/systemd/system/copy.timer', TIMER)
    write('/etc/systemd/system/copy.service', ['[Service]', 'ExecStart=/bin/tar c /root/.openclaw'])
    const theirs = write('/etc/systemd/system/bob.timer', TIMER)
    write('/etc/systemd/system/bob.service', ['[Service]', 'User=bob', 'ExecStart=/usr/bin/openclaw doctor'])
    write(`${units}/plain.timer`, TIMER)

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
    write('/etc/systemd/system/newcomer.timer', [...TIMER, '[Timer]', 'Unit=openclaw-doctor.service'])
    const after = await look()
    expect(leftRows(deletion.items, after).map(row => row.found)).toEqual(Array(3).fill('gone'))
    expect(scheduleRow(deletion, after)).toMatchObject({
      verdict: 'differs',
      found: '/etc/systemd/system/newcomer.timer',
    })
  },
)

test.skipIf(obstacle)('what drop-ins add to a timer and to what it starts counts like the rest', async () => {
  const { write, traces, look, remove, mask } = await scheduledMachine()
  const units = '/home/ada/.config/systemd/user'
  // The service is somebody's own, and a drop-in has OpenClaw started after it.
  const backup = write('/etc/systemd/system/backup.timer', TIMER)
  write('/etc/systemd/system/backup.service', ['[Service]', 'ExecStart=/usr/bin/backup'])
  const after = write('/etc/systemd/system/backup.service.d/50 after.conf', [
    '[Service]',
    'ExecStartPost=/usr/bin/openclaw doctor',
  ])
  // A drop-in of the timer itself leads it elsewhere; the one that comes last counts.
  const tidy = write(`${units}/tidy.timer`, [...TIMER, '[Timer]', 'Unit=first.service'])
  const leading = write(`${units}/tidy.timer.d/20-lead.conf`, ['[Timer]', 'Unit=oc.service'])
  write('/etc/systemd/user/tidy.timer.d/10-lead.conf', ['[Timer]', 'Unit=second.service'])
  for (const name of ['first', 'second']) write(`${units}/${name}.service`, ['[Service]', 'ExecStart=/bin/true'])
  const service = write(`${units}/oc.service`, ['[Service]', 'Type=oneshot'])
  const exec = write(`${units}/oc.service.d/exec.conf`, [
    '[Service]',
    'ExecStart=',
    'ExecStart=/usr/bin/openclaw doctor',
  ])
  // What it starts bears a name of OpenClaw, and has no file but the drop-in.
  const bare = write('/etc/systemd/system/bare.timer', [...TIMER, '[Timer]', 'Unit=openclaw-tidy.service'])
  const only = write('/etc/systemd/system/openclaw-tidy.service.d/a.conf', [
    '[Service]',
    'ExecStart=/usr/bin/openclaw report',
  ])
  // Overridden by a drop-in of the same name that comes first; and one that a drop-in has run as somebody else.
  write('/etc/systemd/system/off.timer', TIMER)
  write('/etc/systemd/system/off.service', ['[Service]', 'ExecStart=/bin/true'])
  write('/usr/lib/systemd/system/off.service.d/x.conf', ['[Service]', 'ExecStartPost=/usr/bin/openclaw doctor'])
  write('/etc/systemd/system/off.service.d/x.conf', ['[Service]'])
  const theirs = write('/etc/systemd/system/bob.timer', TIMER)
  write('/etc/systemd/system/bob.service', ['[Service]', 'ExecStart=/usr/bin/openclaw doctor'])
  write('/etc/systemd/system/bob.service.d/who.conf', ['[Service]', 'User=bob'])

  const found = await traces()
  const timers = found.traces.filter(({ kind, path }) => kind === 'cron-lines' && path?.endsWith('.timer'))
  expect(
    timers.map(({ path, isOwn, isWholeFile, lines }) => [path, isOwn, isWholeFile, lines.map(l => l.text)]),
  ).toEqual([
    [tidy, undefined, true, ['ExecStart=/usr/bin/openclaw doctor']],
    [backup, undefined, undefined, ['ExecStartPost=/usr/bin/openclaw doctor']],
    [bare, undefined, true, ['Unit=openclaw-tidy.service', 'ExecStart=/usr/bin/openclaw report']],
  ])
  expect(found.notSeen).toContainEqual({ what: theirs, why: 'It starts OpenClaw as another account; it stays.' })

  const deletion = planned(found)
  const second = '/etc/systemd/user/tidy.timer.d/10-lead.conf'
  expect(deletion.byHand.map(({ command }) => command)).toEqual(
    expect.arrayContaining([
      `sudoedit '${after}'`,
      `systemctl --user disable --now -- tidy.timer && sudo rm -- ${tidy} ${second} ${leading} ${service} ${exec}`,
      `sudo systemctl disable --now -- bare.timer && sudo rm -- ${bare} ${only}`,
    ]),
  )
  const before = await look()
  expect(scheduleRow(deletion, before)).toMatchObject({ verdict: 'proven' })
  expect(unitsRow(deletion, before)).toMatchObject({ verdict: 'proven', found: 'none' })
  expect(leftRows(deletion.items, before).map(row => row.found)).toEqual(Array(3).fill('still there'))

  for (const path of [after, leading, bare]) remove(path)
  write('/etc/systemd/system/off.service.d/y.conf', ['[Service]', 'ExecStopPost=/usr/bin/openclaw doctor'])
  const later = await look()
  expect(leftRows(deletion.items, later).map(row => row.found)).toEqual(Array(3).fill('gone'))
  expect(scheduleRow(deletion, later)).toMatchObject({ verdict: 'differs', found: '/etc/systemd/system/off.timer' })
  mask('/etc/systemd/system/off.service.d/z.conf')
  remove('/etc/systemd/system/off.service.d/y.conf')
  expect(scheduleRow(deletion, await look())).toMatchObject({ verdict: 'proven' })
})

test.skipIf(obstacle)('timers that packages made are left to the person, who switches them off', async () => {
  const { write, traces, look, mask } = await scheduledMachine()
  const system = write('/usr/lib/systemd/system/fleet-care.timer', TIMER)
  write('/usr/lib/systemd/system/fleet-care.service', ['[Service]', 'ExecStart=/usr/bin/openclaw doctor'])
  const user = write('/usr/lib/systemd/user/care.timer', [...TIMER, '[Timer]', 'Unit=caring.service'])
  write('/usr/lib/systemd/user/caring.service', ['[Service]', 'ExecStart=/usr/bin/openclaw report'])
  // The person's own timer for a service of the package: only the former may be removed.
  const own = write('/etc/systemd/system/mine.timer', [...TIMER, '[Timer]', 'Unit=fleet-care.service'])
  // Of the same name as one of a package, which is so overridden.
  write('/usr/lib/systemd/system/twice.timer', [...TIMER, '[Timer]', 'Unit=fleet-care.service'])
  write('/etc/systemd/system/twice.timer', TIMER)
  write('/etc/systemd/system/twice.service', ['[Service]', 'ExecStart=/bin/true'])
  // Masked: the timer, or what it starts.
  write('/usr/lib/systemd/system/masked.timer', [...TIMER, '[Timer]', 'Unit=fleet-care.service'])
  mask('/etc/systemd/system/masked.timer')
  write('/usr/lib/systemd/system/idle.timer', TIMER)
  write('/usr/lib/systemd/system/idle.service', ['[Service]', 'ExecStart=/usr/bin/openclaw doctor'])
  mask('/etc/systemd/system/idle.service')

  const found = await traces()
  const timers = found.traces.filter(({ kind, path }) => kind === 'cron-lines' && path?.endsWith('.timer'))
  expect(timers.map(({ path, isOwn, isWholeFile }) => [path, isOwn, isWholeFile])).toEqual([
    [user, undefined, true],
    [own, undefined, true],
    [system, undefined, true],
  ])
  expect(found.notSeen.filter(({ what }) => what.endsWith('.timer'))).toEqual([])
  const deletion = planned(found)
  expect(deletion.items.filter(({ path }) => path?.endsWith('.timer')).map(({ verdict }) => verdict)).toEqual(
    Array(3).fill('by-hand'),
  )
  expect(deletion.byHand.map(({ command }) => command)).toEqual(
    expect.arrayContaining([
      'systemctl --user mask --now -- care.timer',
      `sudo systemctl disable --now -- mine.timer && sudo rm -- ${own}`,
      'sudo systemctl mask --now -- fleet-care.timer',
    ]),
  )
  const before = await look()
  expect(scheduleRow(deletion, before)).toMatchObject({ verdict: 'proven' })
  expect(leftRows(deletion.items, before).map(row => row.found)).toEqual(Array(3).fill('still there'))

  mask('/etc/systemd/system/fleet-care.timer')
  mask('/etc/systemd/user/care.timer')
  write('/usr/lib/systemd/user/newcomer.timer', TIMER)
  write('/usr/lib/systemd/user/newcomer.service', ['[Service]', 'ExecStart=/usr/bin/openclaw doctor'])
  const after = await look()
  expect(leftRows(deletion.items, after).map(row => row.found)).toEqual(['gone', 'still there', 'gone'])
  expect(scheduleRow(deletion, after)).toMatchObject({
    verdict: 'differs',
    found: '/usr/lib/systemd/user/newcomer.timer',
  })
})

test.skipIf(obstacle)('what systemd-run makes, and instances of templates, count like the rest', async () => {
  const { write, traces, look, remove } = await scheduledMachine()
  const transient = '/home/ada/run/systemd/transient'
  const run = write(`${transient}/run-r1.timer`, ['[Timer]', 'OnCalendar=daily', 'RemainAfterElapse=no'])
  write(`${transient}/run-r1.service`, ['[Service]', 'ExecStart=', 'ExecStart="/usr/local/bin/openclaw" "doctor"'])
  const leading = write('/etc/systemd/system/care.timer', [...TIMER, '[Timer]', 'Unit=care@ada.service'])
  write('/etc/systemd/system/care@.service', ['[Service]', 'User=root'])
  write('/etc/systemd/system/care@.service.d/x.conf', ['[Service]', 'ExecStart=/bin/true'])
  const dropIn = write('/etc/systemd/system/care@ada.service.d/x.conf', ['[Service]', 'ExecStart=openclaw doctor'])
  const instance = write('/etc/systemd/system/tidy@a.timer', TIMER)
  const template = write('/etc/systemd/system/tidy@.service', ['[Service]', 'ExecStart=/bin/openclaw doctor'])
  // An instance with a file of its own is not what its template is.
  write('/etc/systemd/system/own@a.timer', TIMER)
  write('/etc/systemd/system/own@a.service', ['[Service]', 'ExecStart=/bin/true'])
  write('/etc/systemd/system/own@.service', ['[Service]', 'ExecStart=/bin/openclaw doctor'])

  const found = await traces()
  const timers = found.traces.filter(({ kind, path }) => kind === 'cron-lines' && path?.endsWith('.timer'))
  expect(timers.map(({ path, lines }) => [path, lines.map(line => line.text)])).toEqual([
    [run, ['ExecStart="/usr/local/bin/openclaw" "doctor"']],
    [leading, ['ExecStart=openclaw doctor']],
    [instance, ['ExecStart=/bin/openclaw doctor']],
  ])
  const deletion = planned(found)
  const place = '/run/user/1000/systemd/transient/run-r1.timer'
  const inPlace = found.traces.map(trace => (trace.path === run ? { ...trace, path: place } : trace))
  expect(planned({ ...found, traces: inPlace }).byHand.map(({ command }) => command)).toEqual(
    expect.arrayContaining([
      'systemctl --user stop -- run-r1.timer',
      `sudo systemctl disable --now -- care.timer && sudo rm -- ${leading} ${dropIn}`,
      `sudo systemctl disable --now -- tidy@a.timer && sudo rm -- ${instance} ${template}`,
    ]),
  )
  const before = await look()
  expect(scheduleRow(deletion, before)).toMatchObject({ verdict: 'proven' })
  expect(leftRows(deletion.items, before).map(row => row.found)).toEqual(Array(3).fill('still there'))

  for (const path of [run, dropIn, template]) remove(path)
  const newcomer = write(`${transient}/run-r2.timer`, ['[Timer]', 'OnActiveSec=1d', 'Unit=own@b.service'])
  write('/home/ada/.config/systemd/user/own@.service', ['[Service]', 'ExecStart=/bin/openclaw doctor'])
  const after = await look()
  expect(leftRows(deletion.items, after).map(row => row.found)).toEqual(Array(3).fill('gone'))
  expect(scheduleRow(deletion, after)).toMatchObject({ verdict: 'differs', found: newcomer })
})
