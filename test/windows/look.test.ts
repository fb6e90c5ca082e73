import { expect, test } from 'vitest'
import { valueOf } from '../../shared/survey'
import { endProcess } from '../../remote/windows/end'
import { forgetLook, lookAtWindows, type WindowsLook } from '../../remote/windows/look'
import { familyIn } from '../../remote/windows/processes'
import { LOOK_PARTS } from '../../remote/windows/script'
import { Gateway, listener, ScheduledTask } from './machine'

const look = (): Promise<WindowsLook> => {
  forgetLook()
  return lookAtWindows(LOOK_PARTS)
}

test('one look tells all parts of this machine: processes with words and owner, tasks, ports, the account', async () => {
  using gateway = new Gateway()
  using task = new ScheduledTask()
  await using server = await listener()
  const seen = await look()
  for (const part of LOOK_PARTS) expect(seen[part], part).toMatchObject({ state: 'known' })

  const rows = valueOf(seen.processes) ?? []
  expect(rows.find(({ pid }) => pid === process.pid)).toMatchObject({ name: 'node.exe', isHidden: false })
  const row = rows.find(({ pid }) => pid === gateway.pid)
  expect(row).toMatchObject({ ppid: process.pid, owner: seen.sid })
  expect(row?.line).toContain('größe [1].js')
  expect(familyIn(seen, Date.now()).processes).toContainEqual(expect.objectContaining({ pid: gateway.pid, uid: -1 }))

  expect(valueOf(seen.tasks)?.rows.find(({ path }) => path === task.name)).toMatchObject({
    state: 3,
    isEnabled: true,
    actions: [{ path: 'cmd.exe', arguments: '/c rem openclaw größe' }],
  })
  expect(valueOf(seen.ports)).toContainEqual({ port: server.port, pid: process.pid })
  expect(valueOf(seen.account)?.documents).toMatch(/^[A-Z]:\//)
})

test('a process is ended by its number and its start, another that has its number is not', async () => {
  using gateway = new Gateway()
  const started = (valueOf((await look()).processes) ?? []).find(({ pid }) => pid === gateway.pid)?.startedMs ?? 0
  expect(await endProcess(gateway.pid, started - 5000)).toBe(false)
  expect(await endProcess(gateway.pid, started)).toBe(true)
  await gateway.ended
  expect(await endProcess(gateway.pid, started)).toBe(false)
})
