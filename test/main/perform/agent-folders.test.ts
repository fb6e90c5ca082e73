import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeAt, parseJson5 } from '../../../main/openclaw/json5-text'
import { MINUTE } from '../../../shared/units'
import { decided, startYard, untilLive, type Yard } from '../../helpers/nodes'
import { tempFolder } from '../../helpers/temp'

let yard: Yard
let outside: ReturnType<typeof tempFolder>

beforeAll(async () => {
  outside = tempFolder()
  yard = await startYard()
  await untilLive(source(), target())
  giveFolder('mail', outside.join('vault/mail'), outside.join('vault/mail'))
  giveFolder('research', join(source().home, 'vault/research'), '~/vault/research')
}, MINUTE)
afterAll(async () => {
  await yard[Symbol.asyncDispose]()
  outside[Symbol.dispose]()
})

const source = () => yard.node('pc-a')
const target = () => yard.node('pc-b')
const modeOf = (path: string) => statSync(path).mode & 0o777

/** Moves what an agent keeps to a folder elsewhere, and has the configuration name that. */
function giveFolder(agent: string, folder: string, named: string): void {
  const usual = join(source().stateDir, 'agents', agent, 'agent')
  mkdirSync(join(folder, '..'), { recursive: true })
  renameSync(usual, folder)
  mkdirSync(usual)
  writeFileSync(join(usual, 'models.json'), JSON.stringify({ older: join(source().home, 'old') }))
  writeFileSync(join(folder, 'models.json'), JSON.stringify({ cache: join(source().home, 'models') }))
  mkdirSync(join(folder, 'notes'))
  writeFileSync(join(folder, 'notes/mine.txt'), agent, { mode: 0o644 })
  using db = new DatabaseSync(join(folder, 'openclaw-agent.sqlite'))
  db.prepare(`UPDATE auth_profile_store SET store_json = json_set(store_json, '$.file', ?)`).run(
    join(source().home, 'key.json'),
  )
  const config = join(source().stateDir, 'openclaw.json')
  const text = readFileSync(config, 'utf8')
  const changed = text.replace(new RegExp(`(\\b${agent}: \\{ )`), `$1agentDir: ${JSON.stringify(named)}, `)
  expect(changed).not.toBe(text)
  writeFileSync(config, changed)
}

test(
  'what agents keep outside the state directory is carried, found where the configuration says, and counted',
  async () => {
    const { services } = yard
    const { planner } = services
    const [from, to] = [yard.record('pc-a').id, yard.record('pc-b').id]
    const draft = await planner.migrate(from, to, yard.options())
    const plan = await planner.migrate(from, to, yard.options({ decisions: decided(draft) }))
    expect(plan.carried.find(({ component }) => component === 'agents')?.what).toContain(outside.join('vault/mail'))
    const run = await yard.run(plan)
    expect(run.error).toBeNull()
    expect(run.state).toBe('done')

    const placed = {
      mail: join(target().stateDir, 'agents/mail/agent-dir'),
      research: join(target().home, 'vault/research'),
    }
    const config = parseJson5(readFileSync(join(target().stateDir, 'openclaw.json'), 'utf8'))
    const named = (agent: string) => nodeAt(config, ['agents', 'entries', agent, 'agentDir'])
    expect(named('mail')).toMatchObject({ value: placed.mail })
    expect(named('research')).toMatchObject({ value: '~/vault/research' })
    for (const [agent, folder] of Object.entries(placed)) {
      expect(readFileSync(join(folder, 'notes/mine.txt'), 'utf8')).toBe(agent)
      expect([modeOf(folder), modeOf(join(folder, 'notes/mine.txt'))]).toEqual([0o700, 0o600])
      expect(readFileSync(join(folder, 'models.json'), 'utf8')).toContain(join(target().home, 'models'))
      using db = new DatabaseSync(join(folder, 'openclaw-agent.sqlite'), { readOnly: true })
      expect(db.prepare('SELECT count(*) AS count FROM session_nodes').get()).toEqual({
        count: agent === 'mail' ? 25 : 8,
      })
      const store = db.prepare('SELECT store_json FROM auth_profile_store').get()?.['store_json']
      expect(store).toContain('anthropic:default')
      expect(store).toContain(join(target().home, 'key.json'))
      // Older files in the usual place stay apart from those that count.
      const older = readFileSync(join(target().stateDir, 'agents', agent, 'agent/models.json'), 'utf8')
      expect(older).toContain(join(target().home, 'old'))
    }

    const snapshot = run.snapshots['final']
    const { manifest } = await (await services.repository()).open(snapshot ?? '')
    expect(manifest.inventory.credentials).toEqual(
      expect.arrayContaining(['auth-profile:mail/anthropic:default', 'auth-profile:research/anthropic:default']),
    )
    expect(run.proof.find(({ what }) => what === 'Credentials')).toMatchObject({
      expected: String(manifest.inventory.credentials.length),
      found: String(manifest.inventory.credentials.length),
      verdict: 'proven',
    })
    const components = manifest.files.flatMap(({ root, path, component }) =>
      root === 'agent:mail' && path === 'openclaw-agent.sqlite' ? [component] : [],
    )
    expect(components).toEqual(['agents'])

    // The way back takes it off the target's state directory again, and names what it leaves to the person.
    const undo = await planner.goBack(run)
    expect(undo.notes.join()).toContain('look into ~/vault/research')
    expect((await yard.run(undo)).state).toBe('done')
    expect(existsSync(placed.mail)).toBe(false)

    // Back onto the machine it came from, it goes where it was.
    rmSync(outside.join('vault/mail/notes'), { recursive: true })
    const back = await planner.restore(snapshot ?? '', from, yard.options())
    expect(back.differences).toContainEqual(
      expect.objectContaining({ path: 'agent:mail/notes/mine.txt', change: 'added' }),
    )
    const restored = await planner.restore(snapshot ?? '', from, yard.options({ decisions: decided(back) }))
    expect((await yard.run(restored)).state).toBe('done')
    expect(readFileSync(outside.join('vault/mail/notes/mine.txt'), 'utf8')).toBe('mail')
    expect(existsSync(join(source().stateDir, 'agents/mail/agent-dir'))).toBe(false)
    expect(readFileSync(join(source().stateDir, 'openclaw.json'), 'utf8')).toContain(outside.join('vault/mail'))
  },
  3 * MINUTE,
)
