import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rmSync, symlinkSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect } from 'vitest'
import { handleCommit } from '../../remote/commit'
import { handleFinish } from '../../remote/finish'
import { handleRollBack } from '../../remote/roll-back'
import { handleStage } from '../../remote/stage'
import { handleStaged } from '../../remote/staged'
import { test } from '../helpers/posix'
import { fileFrames, RemoteSession } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'
import { treeOf } from '../helpers/tree'

const tools = new TempFolder()
const program = join(tools.path, 'commit-and-die.cjs')

beforeAll(async () => {
  await build({
    entryPoints: ['test/helpers/commit-and-die.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  })
})
afterAll(() => tools[Symbol.dispose]())

const REMOVE = [
  { root: 'state', path: 'gone/with/all' },
  { root: 'state', path: 'also-gone' },
]

/** A live set-up of two roots (one of them not there yet) with everything staged; copies of it are cheap. */
class Bench implements Disposable {
  readonly folder = new TempFolder()
  readonly home = join(this.folder.path, 'home')
  readonly operation = {
    operationId: randomUUID(),
    roots: { state: join(this.home, '.openclaw'), 'workspace:main': join(this.home, 'srv/work') },
  }
  private readonly saved = join(this.folder.path, 'saved')

  async prepare(): Promise<void> {
    for (const path of [
      'openclaw.json',
      'state/openclaw.sqlite',
      'state/openclaw.sqlite-wal',
      'wasfile',
      'gone/with/all',
    ]) {
      this.folder.write(`home/.openclaw/${path}`, `old ${path}`)
    }
    this.folder.write('home/.openclaw/wasfolder/inside', 'old', 0o640)
    this.folder.write('home/.openclaw/also-gone', 'old', 0o640)
    symlinkSync('openclaw.json', join(this.operation.roots.state, 'link'))
    using session = new RemoteSession()
    const frames = [
      ...fileFrames('openclaw.json', 'new'),
      ...fileFrames('state/openclaw.sqlite', 'new', { kind: 'sqlite' }),
      ...fileFrames('wasfile/now/folder', 'new'),
      ...fileFrames('wasfolder', 'new'),
      ...fileFrames('agents/main/sessions/a.jsonl', 'new'),
      ...fileFrames('AGENTS.md', 'new', { root: 'workspace:main' }),
    ]
    await session.ask(handleStage, this.operation, { input: frames })
    execFileSync('cp', ['-a', this.home, this.saved])
  }

  /** Keeps what is there now for a later {@link reset}. */
  keep(): string {
    const kept = join(this.folder.path, 'kept')
    rmSync(kept, { recursive: true, force: true })
    execFileSync('cp', ['-a', this.home, kept])
    return kept
  }

  reset(to = this.saved): void {
    rmSync(this.home, { recursive: true })
    execFileSync('cp', ['-a', to, this.home])
  }

  /** What is live: all but the working folders. */
  live(): readonly string[] {
    return treeOf(this.home).filter(line => !line.startsWith('.ocm-'))
  }

  /** True when the program was killed; false when it needed fewer changes and ended well. */
  async runAndKill(verb: 'commit' | 'rollBack', atChange: number, killer = 'SIGKILL'): Promise<boolean> {
    const params = JSON.stringify({ ...this.operation, remove: REMOVE })
    const child = spawn(process.execPath, [program, verb, params, String(atChange), killer], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let complaint = ''
    child.stderr.on('data', (text: Buffer) => (complaint += text.toString()))
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    if (signal !== 'SIGKILL' && code !== 0) throw new Error(complaint)
    return signal === 'SIGKILL'
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]()
  }
}

async function eachKill(
  bench: Bench,
  verb: 'commit' | 'rollBack',
  check: () => Promise<void>,
  before?: () => Promise<void>,
) {
  let kills = 0
  for (let atChange = 1; ; atChange += 1) {
    bench.reset()
    await before?.()
    const isKilled = await bench.runAndKill(verb, atChange)
    await check()
    if (!isKilled) return kills
    kills += 1
  }
}

test('a commit killed at any of its steps is completed by the next commit, or undone by a roll-back', async () => {
  using bench = new Bench()
  using session = new RemoteSession()
  await bench.prepare()
  const old = bench.live()
  await session.ask(handleCommit, { ...bench.operation, remove: REMOVE })
  const whole = bench.live()
  const kills = await eachKill(bench, 'commit', async () => {
    const halfMade = bench.keep()
    await session.ask(handleCommit, { ...bench.operation, remove: REMOVE })
    expect(bench.live()).toEqual(whole)
    expect((await session.ask(handleStaged, bench.operation)).result.phase).toBe('committed')
    bench.reset(halfMade)
    await session.ask(handleRollBack, bench.operation)
    expect(bench.live()).toEqual(old)
    await session.ask(handleFinish, bench.operation)
    expect(treeOf(bench.home)).toEqual(old)
  })
  expect(kills).toBeGreaterThan(20)
}, 240_000)

test('a roll-back killed at any of its steps is completed by the next one', async () => {
  using bench = new Bench()
  using session = new RemoteSession()
  await bench.prepare()
  const whole = bench.live()
  const commit = async (): Promise<void> => {
    await session.ask(handleCommit, { ...bench.operation, remove: REMOVE })
  }
  const kills = await eachKill(
    bench,
    'rollBack',
    async () => {
      await session.ask(handleRollBack, bench.operation)
      expect(bench.live()).toEqual(whole)
      expect((await session.ask(handleStaged, bench.operation)).result.phase).toBe('rolled-back')
    },
    commit,
  )
  expect(kills).toBeGreaterThan(10)
}, 240_000)

test('a change that is half made cannot be finished', async () => {
  using bench = new Bench()
  using session = new RemoteSession()
  await bench.prepare()
  let atChange = 0
  do {
    atChange += 1
    bench.reset()
    await bench.runAndKill('commit', atChange)
  } while ((await session.ask(handleStaged, bench.operation)).result.phase !== 'committing')
  await expect(session.ask(handleFinish, bench.operation)).rejects.toMatchObject({ code: 'busy' })
}, 60_000)

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'])(
  'a commit goes on to its end when it is sent %s',
  async signal => {
    using bench = new Bench()
    using session = new RemoteSession()
    await bench.prepare()
    for (const atChange of [1, 9, 20]) {
      bench.reset()
      expect(await bench.runAndKill('commit', atChange, signal)).toBe(false)
      expect((await session.ask(handleStaged, bench.operation)).result.phase).toBe('committed')
    }
  },
  60_000,
)
