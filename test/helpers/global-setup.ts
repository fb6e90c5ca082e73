import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { bundleRemote } from '../../build/bundle'
import { buildWindow } from '../renderer/harness/build'

declare module 'vitest' {
  interface ProvidedContext {
    /** The window, built once for all tests of a run. Only there where a test of `test/renderer` runs. */
    readonly windowFolder: string
  }
}

/** What many files need is built once a run: the remote program as it is shipped, and the window. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await bundleRemote()
  const isWindowTested = project.vitest.state.getPaths().some(path => path.includes('/test/renderer/'))
  if (!isWindowTested) return () => Promise.resolve()
  // A folder of its own, so that runs side by side and the app's build leave each other alone.
  const folder = await mkdtemp(join(tmpdir(), 'ocm-window-'))
  await buildWindow(folder)
  project.provide('windowFolder', folder)
  return () => rm(folder, { recursive: true })
}
