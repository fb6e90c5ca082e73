import { defineConfig } from 'vitest/config'
import { LongestFirst } from '../helpers/longest-first.ts'

/** Tests on real machines: three files at a time, since one alone leaves a third of two cores idle. A gateway wants a gigabyte. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['test/fleet/**/*.test.ts'],
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 900_000, // the first boot builds Debian, Node and OpenClaw
    passWithNoTests: false,
  },
})
