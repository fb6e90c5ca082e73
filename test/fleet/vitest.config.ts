import { defineConfig } from 'vitest/config'
import { LongestFirst } from '../helpers/longest-first.ts'

/** Tests on real machines: two files at a time. A third of the time both cores wait for a machine; a gateway wants a gigabyte. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['test/fleet/**/*.test.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 900_000, // the first boot builds Debian, Node and OpenClaw
    passWithNoTests: false,
  },
})
