import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { fixtureProgram } from '../../helpers/remote-programs'
import { MOUNT_OBSTACLE } from '../../helpers/requirement'
import { test } from '../../helpers/posix'

/** How many clean-ups are made; half of them by each of two programs. */
const CLEAN_UPS = 10_000

interface Outcome {
  readonly done: number
  readonly removed: number
  readonly kept: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
  readonly stores: number
  readonly touched: readonly string[]
}

/** A machine apart where that can be had: a look at all open files of this one would be most of what takes time. */
function apart(words: readonly string[]): readonly [string, ...string[]] {
  if (MOUNT_OBSTACLE !== undefined) return [process.execPath, ...words]
  return ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', process.execPath, ...words]
}

async function run(program: string, folder: string, seed: number): Promise<Outcome> {
  const home = mkdtempSync(join(folder, 'home-'))
  const [command, ...words] = apart([program, 'clean', home, String(CLEAN_UPS / 2), String(seed)])
  const { stdout } = await promisify(execFile)(command, words, { maxBuffer: 1e7 })
  return JSON.parse(stdout) as Outcome
}

test('ten thousand clean-ups next to writers take what may go, and never a live file or one that is being written', async () => {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ocm-test-'))
  try {
    const program = join(folder, 'program.cjs')
    writeFileSync(program, await fixtureProgram('clean-random'))
    const seed = Number(process.env['OCM_SEED'] ?? Math.floor(Math.random() * 1e9))
    const outcomes = await Promise.all([run(program, folder, seed), run(program, folder, seed + 1)])
    const sum = (count: (outcome: Outcome) => number): number => outcomes.reduce((all, one) => all + count(one), 0)
    const facts = [
      `${sum(({ done }) => done)} clean-ups (seed ${seed})`,
      `${sum(({ removed }) => removed)} orphans removed`,
      `${sum(({ stores }) => stores)} stores written meanwhile`,
      `${sum(({ touched }) => touched.length)} live or in-flight files touched`,
      `kept: ${JSON.stringify(outcomes.map(({ kept }) => kept))}`,
    ]
    console.info(facts.join(', '))
    expect(outcomes.flatMap(({ wrong, touched }) => [...wrong, ...touched])).toEqual([])
    expect(sum(({ done }) => done)).toBe(CLEAN_UPS)
    expect(sum(({ stores }) => stores)).toBeGreaterThan(1000)
    const reasons = ['in-use', 'not-a-file', 'store-broken', 'store-missing', 'too-young', 'writer-alive']
    for (const { kept, removed } of outcomes) {
      expect(Object.keys(kept)).toEqual(expect.arrayContaining(reasons))
      expect(removed).toBeGreaterThan(1000)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 300_000)
