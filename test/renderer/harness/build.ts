/** Builds the window and the fixture behind `window.api` into a folder, for the tests and for pictures. */
import { build } from 'esbuild'
import { join } from 'node:path'
import { build as buildVite, type Plugin } from 'vite'

/**
 * React's development build notes a stack for each element it makes, with a browser that is watched a costly one: a third of
 * all the time that the window's tests take. Past 10,000 a second it does without; here from the first on. It complains alike.
 */
const withoutOwnerStacks: Plugin = {
  name: 'without-owner-stacks',
  transform: (code, id) =>
    /[\\/]react[\\/]cjs[\\/]/.test(id)
      ? code.replaceAll('1e4 > ReactSharedInternals.recentlyCreatedOwnerStacks++', 'false')
      : null,
}

/** Where the fixture lies in the folder. */
export const FIXTURE = 'fixture.js'

/** Under vitest, which sets NODE_ENV, with React's development build: it is the one that complains. */
export async function buildWindow(folder: string): Promise<void> {
  await Promise.all([
    buildVite({
      configFile: 'vite.config.ts',
      logLevel: 'warn',
      plugins: [withoutOwnerStacks],
      build: { outDir: folder, emptyOutDir: false },
    }),
    build({
      entryPoints: ['test/renderer/harness/fixture-api.ts'],
      bundle: true,
      outfile: join(folder, FIXTURE),
      format: 'iife',
      target: 'chrome140',
      logLevel: 'warning',
    }),
  ])
}
