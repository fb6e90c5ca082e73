import { defineConfig } from 'vitest/config'

/** Tests on real machines: one file at a time, since a gateway wants a gigabyte and two cores are soon busy. */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ['test/fleet/**/*.test.ts'],
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 900_000, // the first boot builds Debian, Node and OpenClaw
    passWithNoTests: false,
  },
})
