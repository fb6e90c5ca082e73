import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { test } from '../../helpers/posix'
import { TracedHome } from '../../helpers/traced-home'

let machine: TracedHome

beforeEach(() => {
  machine = new TracedHome()
})
afterEach(() => machine[Symbol.dispose]())

test('fifty thousand files are counted or said to be too many, and hold nothing up', async () => {
  machine.write('.openclaw/openclaw.json', '{}')
  const folder = join(machine.home, '.openclaw/agents/main/sessions')
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < 50_000; index++) writeFileSync(join(folder, `${index}.jsonl`), '')
  const { byId } = await machine.traces()
  expect(byId.get(`state:${machine.home}/.openclaw`)?.size?.files).toBe(50_001)
  const quick = await machine.traces(false)
  expect(quick.byId.get(`state:${machine.home}/.openclaw`)?.size).toBeNull()
}, 60_000)

test('a home full of names like ours is cut, and that is said', async () => {
  for (let index = 0; index < 250; index++) mkdirSync(join(machine.home, `.openclaw-${index}`))
  const { byId, notSeen } = await machine.traces(false)
  expect([...byId.values()].filter(({ kind }) => kind === 'state')).toHaveLength(200)
  expect(notSeen.some(({ what }) => what === 'State directories')).toBe(true)
})

test('a line feed or a sequence for terminals in a path reaches nobody’s screen', async () => {
  const name = '.openclaw-a\nb\u001b[31m'
  machine.write(`${name}/openclaw.json`, '{}')
  const { byId } = await machine.traces()
  const found = [...byId.values()].find(({ path }) => path === join(machine.home, name))
  expect(found).toMatchObject({ kind: 'state', refusal: null })
  expect(found?.name).not.toMatch(/[\u0000-\u001f]/)
})

test('files that are pipes, folders or not text hold nothing up and fail nothing', async () => {
  machine.write('.openclaw/openclaw.json', '{}')
  execFileSync('mkfifo', [join(machine.home, '.bashrc'), join(machine.home, '.npmrc')])
  mkdirSync(join(machine.home, '.zshrc'))
  writeFileSync(join(machine.home, '.profile'), Buffer.from([0, 255, 254, 10, 0]))
  mkdirSync(join(machine.home, '.local/bin/openclaw'), { recursive: true })
  const { byId, notSeen } = await machine.traces()
  expect(byId.has(`state:${machine.home}/.openclaw`)).toBe(true)
  expect(notSeen.map(({ what }) => what)).toEqual(
    expect.arrayContaining([join(machine.home, '.bashrc'), join(machine.home, '.zshrc')]),
  )
})
