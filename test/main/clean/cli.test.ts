import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bundleMain } from '../../../build/bundle'
import { runCli } from '../../../main/cli/program'
import { leftRunning, PROGRAM_FILE, untilLive } from '../../helpers/nodes'
import { until } from '../../helpers/temp'
import { litter, orphansIn, sessionsOf, startCleanYard, type CleanYard } from './litter'

let yard: CleanYard
let folder: string
let written = ''
beforeEach(async () => {
  yard = await startCleanYard()
  folder = sessionsOf(yard.target)
  await untilLive(yard.target)
  await yard.services[Symbol.asyncDispose]() // The command line holds the data folder by itself.
  vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    written += String(chunk)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await yard[Symbol.asyncDispose]()
})

/** One command with `--json`: its exit code and its value. */
async function ocm(...words: readonly string[]): Promise<{ readonly code: number; readonly value: unknown }> {
  written = ''
  const code = await runCli(['--data-dir', yard.dataDir, '--json', ...words], PROGRAM_FILE)
  return { code, value: JSON.parse(written) as unknown }
}

test('watch once, see alerts, clean up, put back, and again: each exit code means what it says', async () => {
  litter(folder, 12)
  const seen = await ocm('watch', '--once', 'vps-3')
  expect(seen).toMatchObject({ code: 0, value: [{ node: 'vps-3', point: { reach: 'seen' } }] })
  expect(await ocm('alerts')).toMatchObject({ code: 0, value: [] })

  const preview = await ocm('clean', 'orphans', 'vps-3', '--preview')
  expect(preview).toMatchObject({ code: 0, value: { kind: 'clean', cleaning: { groups: [{ count: 12 }] } } })
  expect(orphansIn(folder)).toHaveLength(12)

  const run = await ocm('clean', 'orphans', 'vps-3', '--undo')
  expect(run).toMatchObject({ code: 0, value: { state: 'done', canReturn: true } })
  expect(orphansIn(folder)).toHaveLength(0)
  const { id } = run.value as { id: string }
  expect(await ocm('clean', 'put-back', id.slice(0, 8))).toMatchObject({ code: 0, value: { state: 'done' } })
  expect(orphansIn(folder)).toHaveLength(12)
  expect((await ocm('clean', 'put-back', id.slice(0, 8))).code).toBe(1)

  expect((await ocm('clean', 'orphans', 'vps-3', '--min-age', '1m')).code).toBe(1)
  expect((await ocm('clean', 'orphans', 'vps-3', '--min-age', 'soon')).code).toBe(1)
  expect(orphansIn(folder)).toHaveLength(12)

  writeFileSync(join(folder, 'sessions.json'), '{ broken')
  expect(await ocm('clean', 'orphans', 'vps-3')).toMatchObject({ code: 1, value: { error: { code: 'plan-blocked' } } })
  writeFileSync(join(folder, 'sessions.json'), '{}')
  expect((await ocm('clean', 'orphans', 'vps-3')).code).toBe(0)
  expect((await ocm('clean', 'orphans', 'vps-3')).code).toBe(0) // Nothing is left to do.
}, 90_000)

test('a node that does not answer is no success', async () => {
  await yard.target.fault('offline')
  expect((await ocm('watch', '--once', 'vps-3')).code).toBe(1)
  expect((await ocm('clean', 'orphans', 'vps-3')).code).toBe(1)
})

test('watching goes on until Ctrl-C, with a JSON value for each poll, and leaves nothing running', async () => {
  await bundleMain({ cli: 'main/cli.ts' })
  const words = ['out/main/cli.js', '--data-dir', yard.dataDir, '--json', 'watch', 'vps-3']
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let said = ''
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
    await until(() => said.includes('\n'), 20_000)
    const [line = ''] = said.split('\n')
    expect(JSON.parse(line)).toMatchObject({ node: 'vps-3', point: { reach: 'seen' } })
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    await until(() => leftRunning(yard.target).length === 0)
  } finally {
    child.kill('SIGKILL')
  }
}, 60_000)
