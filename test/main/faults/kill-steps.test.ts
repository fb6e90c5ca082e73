import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleMain } from '../../../build/bundle'
import type { BackupSummary } from '../../../shared/backup'
import type { Operation } from '../../../shared/plan'
import { isClearing } from '../../../shared/way-back'
import { MINUTE } from '../../../shared/units'
import { startDemoFleet, type DemoFleet, type DemoNode } from '../../demo/fleet'
import { startKeyring, useKeyring } from '../../helpers/keyring'
import { homeOf, untilLive } from '../../helpers/nodes'
import { startOcm, type Ocm, type OcmAnswer } from '../../helpers/ocm'

/** Kills the command line after so many changes of steps. */
const HOOK = join(import.meta.dirname, '../../helpers/die-at-step.ts')
const dyingAt = (change: number) => ({
  NODE_OPTIONS: `--no-warnings --import ${HOOK}`,
  OCM_TEST_DIE_AT: String(change),
})

let fleet: DemoFleet
let ocm: Ocm
const undo = new AsyncDisposableStack()

beforeAll(async () => {
  await bundleMain({ cli: 'main/cli.ts' })
  undo.use(useKeyring(undo.use(await startKeyring())))
  fleet = undo.use(await startDemoFleet({ count: 1 }))
  ocm = undo.use(startOcm())
  const { name, host, port, user, hostFingerprint } = node()
  const address = ['--host', host, '--port', String(port), '--user', user, '--label', name]
  await run('nodes', 'add', ...address, '--key', fleet.keyPath)
  await run('nodes', 'trust', name, '--fingerprint', hostFingerprint)
  await untilLive(node())
}, 2 * MINUTE)
afterAll(() => undo.disposeAsync())

const node = (): DemoNode => fleet.node('pc-a')

async function run(...words: readonly string[]): Promise<OcmAnswer> {
  const answer = await ocm.run(words)
  expect(answer.code, `${words.join(' ')}\n${answer.stderr.slice(-3000)}`).toBe(0)
  return answer
}

function databasesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.sqlite'))
    .map(path => join(folder, path))
}

/** Runs a command again and again, killed one change of a step later each time, until it gets through; counts the kills. */
async function killAtEachChange(words: readonly string[], check: (last: Operation) => Promise<void>): Promise<number> {
  for (let change = 1; ; change++) {
    const { code } = await ocm.start(words, dyingAt(change)).ended
    if (code !== -1) {
      expect(code).toBe(0)
      return change - 1
    }
    const [last] = (await run('runs')).json() as readonly Operation[]
    if (last === undefined) throw new Error('The run is not in the journal')
    expect(last.state, `killed at change ${change}`).toBe('interrupted')
    await check(last)
  }
}

test(
  'killed at every change of a step of a backup and of a restore, it is resumed or rolled back to the end, nothing is lost',
  async () => {
    const first = (await run('backup', 'pc-a')).json() as Operation
    const backupKills = await killAtEachChange(['backup', 'pc-a'], async last => {
      const listed = (await run('backups', 'list')).json() as readonly BackupSummary[]
      expect(listed.every(row => row.state === 'good')).toBe(true)
      expect(listed.map(row => row.id)).toContain(first.snapshots['capture'])
      expect(((await run('resume', last.id)).json() as Operation).state).toBe('done')
    })
    writeFileSync(join(node().stateDir, 'workspace/SOUL.md'), 'changed since\n')
    // What comes back from a backup is private. Once the set-aside files are being dropped, that is the way back.
    for (const database of databasesIn(node().stateDir)) chmodSync(database, 0o600)
    const before = homeOf(node())
    const words = ['restore', first.snapshots['capture'] ?? '', 'pc-a']
    const restoreKills = await killAtEachChange(words, async last => {
      // What the way back takes is going: it can only be taken to its end.
      if (isClearing(last)) {
        const refused = await ocm.run(['roll-back', last.id])
        expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('safety backup')])
        expect(((await run('resume', last.id)).json() as Operation).state).toBe('done')
        return untilLive(node())
      }
      await run('roll-back', last.id)
      await untilLive(node()) // it writes a copy of its configuration when it starts
      const at = last.steps.findLast(step => step.startedAt !== null)
      expect(homeOf(node()), `killed at ${at?.stepId ?? 'the start'}`).toEqual(before)
    })
    console.log(`Killed at ${backupKills} changes of a backup's steps and ${restoreKills} of a restore's`)
    expect(backupKills).toBe(2)
    expect(restoreKills).toBeGreaterThan(15)
    await untilLive(node())
  },
  10 * MINUTE,
)
