/** Reads what the test runners write of a run as JSON: how many tests there were, and which of them failed with what words. */
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** @typedef {{ name: string, why: string }} Failure `name`: file and title; `why`: its message, without colours. */
/** @typedef {{ passed: number, failed: number, skipped: number, failures: readonly Failure[] }} Results */

/** So much of a message is repeated at the end; all of it stands where the test ran. */
const WHY_LINES = 12

/**
 * @param {string} file What Vitest's JSON reporter wrote; nothing when the run ended before.
 * @returns {Results} A file that failed by itself, as one that does not load, is a failure without a failed test.
 */
export function readVitest(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0, failures: [] }
  /** @type {import('vitest/node').JsonTestResults} */
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const failures = []
  for (const { name, status, message, assertionResults } of report.testResults) {
    const failed = assertionResults.filter(test => test.status === 'failed')
    for (const { fullName, failureMessages } of failed) {
      failures.push(failure(`${shown(name)} > ${fullName}`, failureMessages?.join('\n')))
    }
    if (status === 'failed' && failed.length === 0) failures.push(failure(shown(name), message))
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  }
}

/**
 * @param {string} file What Playwright's JSON reporter wrote; nothing when the run ended before.
 * @returns {Results}
 */
export function readPlaywright(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0, failures: [] }
  /** @type {import('@playwright/test/reporter').JSONReport} */
  const { stats, suites, errors } = JSON.parse(readFileSync(file, 'utf8'))
  const failures = errors.map(({ message }) => failure('the run itself', message))
  /** @param {import('@playwright/test/reporter').JSONReportSuite} suite @param {string} path */
  const look = (suite, path) => {
    for (const { title, ok, tests } of suite.specs) {
      if (ok) continue
      const messages = tests.flatMap(({ results }) => results.flatMap(run => run.errors.map(({ message }) => message)))
      failures.push(failure(`${path} > ${title}`, messages.join('\n')))
    }
    for (const inner of suite.suites ?? []) look(inner, `${path} > ${inner.title}`)
  }
  for (const suite of suites) look(suite, suite.title)
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped, failures }
}

/** @param {string} path @returns {string} */
const shown = path => relative(process.cwd(), path).replaceAll('\\', '/')

/** @param {string} name @param {string} [message] @returns {Failure} */
function failure(name, message = '') {
  const lines = stripVTControlCharacters(message).trimEnd().split('\n')
  const why = lines.slice(0, WHY_LINES)
  return { name, why: [...why, ...(why.length < lines.length ? ['...'] : [])].join('\n') }
}
