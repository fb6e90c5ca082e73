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

/** @type {readonly Phase[]} */
const PHASES = [
  vitest('unit', 'Parts, each against the real thing'),
  {
    name: 'e2e',
    about: 'The built app, end to end',
    words: [
      ...['node_modules/@playwright/test/cli.js', 'test', '--config', 'test/e2e/playwright.config.ts'],
      '--reporter=list,json',
    ],
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
async function runPhase({ name, about, words, env, read }, limitMs) {
  console.log(`\n== ${name}: ${about}`)
  const start = Date.now()
  const code = await runToEnd([...words, ...process.argv.slice(2)], { env, limitMs })
  const totals = existsSync(resultFile(name)) ? read(resultFile(name)) : { passed: 0, failed: 0, skipped: 0 }
  // A phase can fail without a failed test: a file that does not load, a set-up that throws, a time limit.
  const failed = code !== 0 && totals.failed === 0 ? 1 : totals.failed
  const seconds = Math.round((Date.now() - start) / 1000)
  console.log(`== ${name}: ${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped in ${seconds} s`)
  return { ...totals, failed }
}

if (process.platform !== 'win32') {
  console.log('test/windows is left out: it asks the PowerShell and the task scheduler of a real Windows.')
}
rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })
const giveUpAt = Date.now() + LIMIT_MS
/** @type {Totals} */
const sum = { passed: 0, failed: 0, skipped: 0 }
for (const phase of PHASES) {
  const totals = await runPhase(phase, Math.max(1, giveUpAt - Date.now()))
  sum.passed += totals.passed
  sum.failed += totals.failed
  sum.skipped += totals.skipped
}
const skipsFail = process.env['CI'] !== undefined && process.platform === 'linux' && sum.skipped > 0
if (skipsFail) console.error('\nSkipped tests count as failed here: CI has to be able to run everything.')
console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed > 0 || skipsFail ? 1 : 0
