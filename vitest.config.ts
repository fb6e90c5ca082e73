import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/helpers/longest-first.ts'

/**
 * Files whose process is theirs alone: libsecret's connection outlives the session bus it was made to, so that a second
 * keyring in one process would never be asked. All others share the processes of the workers, and what is loaded there.
 */
const ALONE = [
  'test/main/secrets/**/*.test.ts',
  'test/main/shell/tray-host.test.ts',
  'test/main/faults/{deletion-matrix,kill-steps,killed,peer-killed}.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: ['test/helpers/global-setup.ts'],
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    passWithNoTests: false,
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...['test/e2e/**', 'test/fleet/**', ...ALONE, 'node_modules/**', 'out/**'],
            // They ask the PowerShell and the task scheduler of the machine itself.
            ...(process.platform === 'win32' ? [] : ['test/windows/**']),
          ],
          isolate: false,
        },
      },
    ],
  },
})
