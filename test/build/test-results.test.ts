import { execFile } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readPlaywright, readVitest, type Results } from '../../build/test-results.mjs'
import { TempFolder } from '../helpers/temp-folder'

const MODULES = resolve('node_modules')
const TESTS = `
test('holds', () => expect(1).toBe(1))
test('breaks', () => expect('one').toBe('two'))
test.describe('a part', () => test('breaks inside', () => expect('three').toBe('four')))
test.skip('waits', () => {})
`

const folder = new TempFolder()
symlinkSync(MODULES, join(folder.path, 'node_modules'), 'junction')
afterAll(() => folder[Symbol.dispose]())

/** Runs a runner to its end, which is a failure here. */
function run(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  return new Promise(done => {
    execFile(process.execPath, words, { cwd: folder.path, env: { ...process.env, ...env } }, () => done())
  })
}

const namesOf = ({ failures }: Results) => failures.map(({ name }) => name.replace(/^.*(?=some\.)/, '')).sort()
const wordsOf = ({ failures }: Results) => failures.map(({ why }) => why).join('\n')

test('what failed in a run of Vitest is named with its words, a file that does not load as well', async () => {
  const tests = TESTS.replace('test.describe', 'describe')
  folder.write('some.test.js', `import { describe, expect, test } from 'vitest'\n${tests}`)
  folder.write('some.broken.test.js', `import './nowhere.js'\n`)
  const file = join(folder.path, 'vitest.json')
  await run([join(MODULES, 'vitest/vitest.mjs'), 'run', '--reporter=json', `--outputFile.json=${file}`])
  const results = readVitest(file)
  expect(results).toMatchObject({ passed: 1, failed: 2, skipped: 1 })
  expect(namesOf(results)).toEqual([
    'some.broken.test.js',
    'some.test.js > a part breaks inside',
    'some.test.js > breaks',
  ])
  const parts = ["expected 'one' to be 'two'", "expected 'three' to be 'four'", 'nowhere.js']
  for (const part of parts) expect(wordsOf(results)).toContain(part)
})

test('what failed in a run of Playwright is named with its words', async () => {
  folder.write('some.spec.js', `import { expect, test } from '@playwright/test'\n${TESTS}`)
  const file = join(folder.path, 'playwright.json')
  const words = [join(MODULES, '@playwright/test/cli.js'), 'test', '--reporter=json', 'some.spec.js']
  await run(words, { PLAYWRIGHT_JSON_OUTPUT_NAME: file })
  const results = readPlaywright(file)
  expect(results).toMatchObject({ passed: 1, failed: 2, skipped: 1 })
  expect(namesOf(results)).toEqual(['some.spec.js > a part > breaks inside', 'some.spec.js > breaks'])
  for (const part of ['Expected: "two"', 'Received: "three"']) expect(wordsOf(results)).toContain(part)
  expect(wordsOf(results)).not.toContain('\u001b')
})

test('a run that wrote nothing has no results', () => {
  const nothing = { passed: 0, failed: 0, skipped: 0, failures: [] }
  expect([readVitest(join(folder.path, 'none')), readPlaywright(join(folder.path, 'none'))]).toEqual([nothing, nothing])
})
