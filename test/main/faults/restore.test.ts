import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Difference, Operation } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { decided, homeOf, startYard, untilLive, whenStep, type Yard } from '../../helpers/nodes'

let yard: Yard
beforeAll(async () => {
  yard = await startYard({ count: 1 })
  await untilLive(node())
}, MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

const node = () => yard.node('pc-a')
const at = (...parts: string[]) => join(node().stateDir, ...parts)
const id = () => yard.record('pc-a').id

/** Names that no one would choose, and every file system takes. */
const ODD_NAMES = [
  'new\nline',
  `it's "quoted" $HOME; rm -rf *`,
  '-rf',
  ' leading and trailing ',
  'ünïcode 🦞',
  'back\\slash',
]
const INVALID = Buffer.concat([Buffer.from('not utf-8 '), Buffer.of(0xff, 0xfe, 0x80)])

async function backUp(act: () => Disposable | undefined = () => undefined): Promise<Operation> {
  let during: Disposable | undefined
  using _watch = whenStep(
    yard.services,
    status => status.state === 'running',
    () => (during = act()),
  )
  const operation = await yard.run(await yard.services.planner.backup(id(), yard.options()))
  during?.[Symbol.dispose]()
  return operation
}

async function restore(backupId: string): Promise<{ differences: readonly Difference[]; operation: Operation }> {
  const { planner } = yard.services
  const draft = await planner.restore(backupId, id(), yard.options())
  const plan = await planner.restore(backupId, id(), yard.options({ decisions: decided(draft) }))
  return { differences: plan.differences, operation: await yard.run(plan) }
}

const backupOf = (operation: Operation): string => operation.snapshots['capture'] ?? ''
const files = (lines: readonly string[]) => lines.filter(line => !/\.sqlite|\.last-good|systemd/.test(line))

test(
  'odd names, link loops, empty files and folders go through backup and restore byte for byte',
  async () => {
    const folder = at('workspace/odd')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of ODD_NAMES) writeFileSync(join(folder, name), `in ${name}`, { mode: 0o600 })
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), INVALID]), 'bytes', { mode: 0o600 })
    writeFileSync(join(folder, 'empty'), '', { mode: 0o600 })
    mkdirSync(join(folder, 'empty folder'), { mode: 0o700 })
    symlinkSync('loop-b', join(folder, 'loop-a'))
    symlinkSync('loop-a', join(folder, 'loop-b'))
    symlinkSync('../odd', join(folder, 'myself'))
    const before = homeOf(node())
    const made = await backUp()
    expect(made.error).toBeNull()
    rmSync(folder, { recursive: true })
    const { operation, differences } = await restore(backupOf(made))
    expect(operation.error).toBeNull()
    expect(operation.state).toBe('done')
    expect(files(homeOf(node()))).toEqual(files(before))
    expect(differences.filter(row => row.change === 'added').length).toBe(ODD_NAMES.length + 5)
  },
  2 * MINUTE,
)

test(
  'a restore says beforehand what it will add, change, keep and remove, and then has done exactly that',
  async () => {
    const good = await backUp()
    const before = homeOf(node())
    const config = readFileSync(at('openclaw.json'), 'utf8')
    const token = /token: '(\w+)'/.exec(config)?.[1] ?? ''
    expect(token).toHaveLength(48)
    writeFileSync(at('openclaw.json'), config.replace(token, 'f'.repeat(48)).replace("name: 'Mail'", "name: 'Post'"))
    rmSync(at('workspace/SOUL.md'))
    writeFileSync(at('workspace/NEW.md'), 'made since')
    chmodSync(at('workspace'), 0o755)
    chmodSync(at('.env'), 0o644)
    const { differences, operation } = await restore(backupOf(good))
    const by = (change: string) => differences.filter(row => row.change === change).map(row => row.path)
    expect(by('added')).toEqual(['workspace/SOUL.md'])
    expect(by('removed')).toEqual(['workspace/NEW.md'])
    expect(by('changed')).toEqual(expect.arrayContaining(['openclaw.json', '.env'])) // the latter in its permissions
    expect(by('kept')).toContain('workspace/AGENTS.md')
    const shown = differences.find(row => row.path === 'openclaw.json')?.diff ?? ''
    expect(shown).toContain('Post')
    expect(shown).toContain('Mail')
    for (const secret of [token, 'f'.repeat(48)]) expect(JSON.stringify(differences)).not.toContain(secret)
    expect(operation.error).toBeNull()
    expect(files(homeOf(node()))).toEqual(files(before))
    expect(statSync(at('openclaw.json')).mode & 0o777).toBe(0o600)
    expect(statSync(at('.env')).mode & 0o777).toBe(0o600)
    expect(statSync(node().stateDir).mode & 0o777).toBe(0o700)
  },
  2 * MINUTE,
)

test(
  'a file and a database that change all the time are still backed up, each as it was at one moment',
  async () => {
    const log = at('workspace/growing.log')
    const database = new DatabaseSync(at('agents/main/agent/openclaw-agent.sqlite'))
    database.exec('PRAGMA busy_timeout = 2000; CREATE TABLE IF NOT EXISTS pairs (a INTEGER, b INTEGER)')
    let rounds = 0
    const made = await backUp(() => {
      const timer = setInterval(() => {
        rounds += 1
        writeFileSync(log, `${String(rounds).repeat(1000)}\n`)
        database.exec(`BEGIN; INSERT INTO pairs VALUES (${rounds}, ${rounds}); UPDATE pairs SET b = a; COMMIT`)
      }, 5)
      return { [Symbol.dispose]: () => clearInterval(timer) }
    })
    database.close()
    expect(rounds).toBeGreaterThan(3)
    if (made.state !== 'done') {
      // A file that never holds still is named, with the way out; then nothing is listed of this try.
      expect(made.error).toMatchObject({
        code: 'file-changed',
        message: expect.stringContaining('growing.log') as string,
      })
      expect((await yard.services.refreshBackups()).every(row => row.state === 'good')).toBe(true)
      return
    }
    const { operation } = await restore(backupOf(made))
    expect(operation.error).toBeNull()
    const [content] = readFileSync(log, 'utf8').split('\n')
    expect(new Set(content?.match(new RegExp(`.{${(content.length / 1000).toString()}}`, 'g')))).toHaveProperty(
      'size',
      1,
    )
    using restored = new DatabaseSync(at('agents/main/agent/openclaw-agent.sqlite'))
    expect(restored.prepare('SELECT count(*) AS n FROM pairs WHERE a <> b').get()).toEqual({ n: 0 })
    expect(restored.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  },
  2 * MINUTE,
)

test(
  'a broken openclaw.json is surveyed and backed up; a restore mends it',
  async () => {
    const config = readFileSync(at('openclaw.json'), 'utf8')
    const good = await backUp()
    writeFileSync(at('openclaw.json'), '{ "gateway": { "port": 1, }, "agents": { "defaults": \n')
    const { survey } = await yard.services.fleet.survey(id())
    expect(survey?.profiles[0]?.config).toMatchObject({ state: 'known', value: { isValid: false } })
    const broken = await backUp()
    expect(broken.state).toBe('done')
    const { operation } = await restore(backupOf(good))
    expect(operation.error).toBeNull()
    expect(readFileSync(at('openclaw.json'), 'utf8')).toBe(config)
    await untilLive(node())
  },
  2 * MINUTE,
)
