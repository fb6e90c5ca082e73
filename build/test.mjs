/**
 * What `npm test` runs once set-up is done: unit tests, the built app end to end, real machines. Ends with what
 * failed and one line of totals.
 * With CI set, a test that is skipped on Linux counts as failed: there, everything has to be able to run.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runToEnd } from './run-to-end.mjs'
import { readPlaywright, readVitest } from './test-results.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const RESULTS = join(ROOT, 'out/test-results')
const MINUTE = 60_000
/** All phases together; a run that hangs must not hang whoever waits for it. */
const LIMIT_MS = 60 * MINUTE

/** @typedef {import('./test-results.mjs').Results} Results */
/** @typedef {{ name: string, about: string, words: readonly string[], env?: NodeJS.ProcessEnv, read: (file: string) => Results }} Phase */

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
  read: readVitest,
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
    read: readPlaywright,
  },
  vitest('fleet', 'Real machines', ['--config', 'test/fleet/vitest.config.ts']),
]

/**
 * @param {Phase} phase
 * @param {number} limitMs
 * @returns {Promise<Results>}
 */
async function runPhase({ name, about, words, env, read }, limitMs) {
  console.log(`\n== ${name}: ${about}`)
  const start = Date.now()
  const code = await runToEnd([...words, ...process.argv.slice(2)], { env, limitMs })
  const results = read(resultFile(name))
  const failures = [...results.failures]
  // A phase can fail without a failed test: a set-up that throws, a time limit.
  if (code !== 0 && failures.length === 0)
    failures.push({ name: 'the run itself', why: `ended with exit code ${code}` })
  const failed = failures.length
  const took = span(Date.now() - start)
  console.log(`== ${name}: ${results.passed} passed, ${failed} failed, ${results.skipped} skipped in ${took}`)
  return { ...results, failed, failures: failures.map(failure => ({ ...failure, name: `${name}: ${failure.name}` })) }
}

/** @param {number} ms @returns {string} */
function span(ms) {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

if (process.platform !== 'win32') {
  console.log('test/windows is left out: it asks the PowerShell and the task scheduler of a real Windows.')
}
rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })
const startedAt = Date.now()
const giveUpAt = startedAt + LIMIT_MS
/** @type {Results[]} */
const all = []
for (const phase of PHASES) all.push(await runPhase(phase, Math.max(1, giveUpAt - Date.now())))

/** @param {'passed' | 'failed' | 'skipped'} kind @returns {number} */
const total = kind => all.reduce((sum, results) => sum + results[kind], 0)
// Again at the end: what a phase printed may lie thousands of lines up, or be cut off where only the end of a log is kept.
for (const { name, why } of all.flatMap(({ failures }) => failures)) {
  console.log(`\nFAILED  ${name}\n${why.replaceAll(/^/gm, '        ')}`)
}
const skipsFail = process.env['CI'] !== undefined && process.platform === 'linux' && total('skipped') > 0
if (skipsFail) console.error('\nSkipped tests count as failed here: CI has to be able to run everything.')
const totals = `${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`
console.log(`\n${totals} in ${span(Date.now() - startedAt)}`)
process.exitCode = total('failed') > 0 || skipsFail ? 1 : 0
