/**
 * What `npm test` runs once set-up is done: unit tests, the built app end to end, real machines. Ends with one line of totals.
 * With CI set, a test that is skipped on Linux counts as failed: there, everything has to be able to run.
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
/**
 * @typedef {{
 *   name: string, about: string, words: readonly string[], env?: NodeJS.ProcessEnv, read: (file: string) => Totals,
 *   isBeside?: boolean
 * }} Phase With `isBeside` it runs at the same time as the phase before it, and shows what it has to say when it ends.
 */

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

/** @type {readonly Phase[]} */
const PHASES = [
  vitest('unit', 'Parts, each against the real thing'),
  {
    name: 'e2e',
    about: 'The built app, end to end',
    words: [
      ...['node_modules/@playwright/test/cli.js', 'test', '--config', 'test/e2e/playwright.config.ts'],
      // Beside the unit tests, which leave a quarter of two cores idle: one browser at a time fills it.
      ...['--reporter=list,json', '--workers=1'],
    ],
    isBeside: true,
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: resultFile('e2e') },
    read: file => {
      const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(file, 'utf8')).stats
      return { passed: expected + flaky, failed: unexpected, skipped }
    },
  },
  vitest('fleet', 'Real machines', ['--config', 'test/fleet/vitest.config.ts']),
]

/**
 * @param {Phase} phase
 * @param {number} limitMs
 * @returns {Promise<Totals>}
 */
async function runPhase({ name, about, words, env, read, isBeside = false }, limitMs) {
  const log = isBeside ? join(RESULTS, `${name}.log`) : undefined
  if (log === undefined) console.log(`\n== ${name}: ${about}`)
  const start = Date.now()
  const code = await runToEnd([...words, ...process.argv.slice(2)], { env, limitMs, log })
  if (log !== undefined) process.stdout.write(`\n== ${name}: ${about}\n${readFileSync(log, 'utf8')}`)
  const totals = existsSync(resultFile(name)) ? read(resultFile(name)) : { passed: 0, failed: 0, skipped: 0 }
  // A phase can fail without a failed test: a file that does not load, a set-up that throws, a time limit.
  const failed = code !== 0 && totals.failed === 0 ? 1 : totals.failed
  const seconds = Math.round((Date.now() - start) / 1000)
  console.log(`== ${name}: ${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped in ${seconds} s`)
  return { ...totals, failed }
}

rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })
const giveUpAt = Date.now() + LIMIT_MS
/** @type {Totals} */
const sum = { passed: 0, failed: 0, skipped: 0 }
for (const [index, first] of PHASES.entries()) {
  if (first.isBeside) continue
  const next = PHASES[index + 1]
  const phases = next?.isBeside ? [first, next] : [first]
  const limitMs = Math.max(1, giveUpAt - Date.now())
  for (const totals of await Promise.all(phases.map(phase => runPhase(phase, limitMs)))) {
    sum.passed += totals.passed
    sum.failed += totals.failed
    sum.skipped += totals.skipped
  }
}
const skipsFail = process.env['CI'] !== undefined && process.platform === 'linux' && sum.skipped > 0
if (skipsFail) console.error('\nSkipped tests count as failed here: CI has to be able to run everything.')
console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed > 0 || skipsFail ? 1 : 0
