/**
 * What `npm test` runs once set-up is done: unit tests, then real machines, and beside them what works a browser: the built
 * app end to end and the window. Ends with one line of totals. With CI set, a test that is skipped on Linux counts as failed:
 * there, everything has to be able to run.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runToEnd } from './run-to-end.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const RESULTS = join(ROOT, 'out/test-results')
const MINUTE = 60_000
/** All phases together; a run that hangs must not hang whoever waits for it. */
const LIMIT_MS = 60 * MINUTE

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */
/** @typedef {{ name: string, about: string, words: readonly string[], env?: NodeJS.ProcessEnv, read: (file: string) => Totals }} Phase */

/** @param {string} name @returns {string} */
const resultFile = name => join(RESULTS, `${name}.json`)

/** @param {string} name @param {string} about @param {readonly string[]} [options] @returns {Phase} */
const vitest = (name, about, options = []) => ({
  name,
  about,
  words: [
    ...['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'],
    ...[`--outputFile.json=${resultFile(name)}`, ...options],
  ],
  read: file => {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  },
})

/**
 * What runs beside the machines does so one file at a time: they take two thirds of two cores. Machines are for Linux alone.
 * @type {number}
 */
const BESIDE = process.platform === 'linux' ? 1 : 2

const UNIT = vitest('unit', 'Parts, each against the real thing', ['--exclude=test/renderer/**'])
const FLEET = vitest('fleet', 'Real machines', ['--config', 'test/fleet/vitest.config.ts'])
const WINDOW = vitest('window', 'The window, with a fixture behind it', [
  '--exclude=test/!(renderer)/**',
  `--maxWorkers=${BESIDE}`,
])
/** @type {Phase} */
const E2E = {
  name: 'e2e',
  about: 'The built app, end to end',
  words: [
    ...['node_modules/@playwright/test/cli.js', 'test', '--config', 'test/e2e/playwright.config.ts'],
    ...['--reporter=list,json', `--workers=${BESIDE}`],
  ],
  env: { PLAYWRIGHT_JSON_OUTPUT_NAME: resultFile('e2e') },
  read: file => {
    const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(file, 'utf8')).stats
    return { passed: expected + flaky, failed: unexpected, skipped }
  },
}

rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })
const giveUpAt = Date.now() + LIMIT_MS

/**
 * @param {Phase} phase
 * @param {string} [log] A file for what the phase writes, where that is not to be seen now.
 * @returns {Promise<Totals & { readonly line: string }>} With a line that says it all.
 */
async function run({ name, words, env, read }, log) {
  const start = Date.now()
  const limitMs = Math.max(1, giveUpAt - start)
  const code = await runToEnd([...words, ...process.argv.slice(2)], { env, limitMs, log })
  const totals = existsSync(resultFile(name)) ? read(resultFile(name)) : { passed: 0, failed: 0, skipped: 0 }
  // A phase can fail without a failed test: a file that does not load, a set-up that throws, a time limit.
  const failed = code !== 0 && totals.failed === 0 ? 1 : totals.failed
  const seconds = Math.round((Date.now() - start) / 1000)
  const line = `== ${name}: ${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped in ${seconds} s`
  return { ...totals, failed, line }
}

/** Runs a phase that is seen as it runs. @param {Phase} phase */
async function runSeen(phase) {
  console.log(`\n== ${phase.name}: ${phase.about}`)
  const result = await run(phase)
  console.log(result.line)
  return result
}

/**
 * Runs phases one after the other beside something else. They are shown once that has ended.
 * @param {readonly Phase[]} phases
 * @param {Promise<unknown>} other
 */
async function runBeside(phases, other) {
  const results = []
  let shown = other
  for (const phase of phases) {
    const log = join(RESULTS, `${phase.name}.log`)
    const result = await run(phase, log)
    results.push(result)
    shown = shown.then(() => {
      process.stdout.write(`\n== ${phase.name}: ${phase.about}\n${readFileSync(log, 'utf8')}${result.line}\n`)
    })
  }
  await shown
  return results
}

const unit = await runSeen(UNIT)
const fleet = runSeen(FLEET)
const beside = await runBeside([E2E, WINDOW], fleet)
const results = [unit, await fleet, ...beside]
const total = (/** @type {keyof Totals} */ key) => results.reduce((sum, result) => sum + result[key], 0)
const skipsFail = process.env['CI'] !== undefined && process.platform === 'linux' && total('skipped') > 0
if (skipsFail) console.error('\nSkipped tests count as failed here: CI has to be able to run everything.')
console.log(`\n${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`)
process.exitCode = total('failed') > 0 || skipsFail ? 1 : 0
