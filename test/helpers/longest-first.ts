import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/** Files that take a minute or more, the longest first. One that began last would leave all but one worker idle. */
const LONG = [
  'fleet/migrate',
  'fleet/migrate-older',
  'fleet/delete',
  'fleet/watch',
  'main/faults/deletion-matrix',
  'main/faults/kill-steps',
  'renderer/accessibility',
  'renderer/window',
  'renderer/deletion',
  'main/backup/damage',
  'remote/killed',
  'main/faults/killed',
]

/**
 * Starts long files before short ones, on a machine that knows no earlier run. Those with a process of their own come before
 * all others: between two files that share one, they would end it.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((a, b) => rank(a) - rank(b))
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  const at = LONG.findIndex(name => moduleId.endsWith(`test/${name}.test.ts`))
  return (at < 0 ? LONG.length : at) + (project.config.isolate ? 0 : LONG.length + 1)
}
