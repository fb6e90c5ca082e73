/** What a killed run left on a node, with real processes; only the SSH between is missing. */
import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endLeftCommands, runMark } from '../../../main/perform/left-commands'
import type { Means } from '../../../main/perform/types'
import { MINUTE } from '../../../shared/units'

/** Runs words as they run on a node: held to a limit by `timeout`. */
const means = {
  pool: {
    use: (_nodeId: string, work: (connection: unknown) => unknown) =>
      work({
        exec: (argv: readonly string[]) =>
          Promise.resolve({ code: spawnSync('timeout', ['-k', '5', '60', ...argv]).status ?? -1 }),
      }),
  },
} as unknown as Means

function start(operationId: string) {
  const mark = Object.entries(runMark(operationId)).map(([name, value]) => `${name}=${value}`)
  const child = spawn('timeout', ['-k', '5', '60', 'env', ...mark, 'sh', '-c', 'echo up; sleep 60; echo late'])
  return { child, up: once(child.stdout, 'data'), ended: once(child, 'exit') }
}

test.runIf(process.platform === 'linux')(
  'ends the commands of its own run, and leaves those of another',
  { timeout: MINUTE },
  async () => {
    const [own, other] = [randomUUID(), randomUUID()]
    const [left, foreign] = [start(own), start(other)]
    try {
      await Promise.all([left.up, foreign.up])
      await endLeftCommands('node', own, means)
      await left.ended
      expect(left.child.exitCode ?? left.child.signalCode).not.toBe(0)
      expect(foreign.child.exitCode ?? foreign.child.signalCode).toBeNull()
      await endLeftCommands('node', own, means) // Nothing is left: it may be asked again.
    } finally {
      foreign.child.kill()
      left.child.kill()
    }
  },
)
