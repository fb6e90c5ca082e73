/**
 * What `npm run check` runs before the tests: types, lint and format, side by side. What one of them has to say is shown when
 * it ends.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from './run-to-end.mjs'

const LOGS = 'out/check'
const LIMIT_MS = 20 * 60_000

/**
 * The same as the scripts of package.json. Types on one thread: the others would work out much of the same types once more,
 * which costs time where two checks run next to it.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const CHECKS = {
  types: ['node_modules/typescript/bin/tsc', '-b', '--checkers', '1'],
  lint: ['node_modules/oxlint/bin/oxlint'],
  format: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'],
}

/** @param {string} name @param {readonly string[]} words @returns {Promise<boolean>} Whether it is fine. */
async function check(name, words) {
  const log = join(LOGS, `${name}.log`)
  const start = Date.now()
  const code = await runToEnd(words, { limitMs: LIMIT_MS, log })
  const seconds = Math.round((Date.now() - start) / 1000)
  process.stdout.write(`\n== ${name}: ${code === 0 ? 'fine' : 'failed'} in ${seconds} s\n${readFileSync(log, 'utf8')}`)
  return code === 0
}

mkdirSync(LOGS, { recursive: true })
const fine = await Promise.all(Object.entries(CHECKS).map(([name, words]) => check(name, words)))
process.exitCode = fine.every(Boolean) ? 0 : 1
