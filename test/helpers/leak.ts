import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import type { DemoNode } from '../demo/fleet'

/** A process that nobody answers for any more: what started it is gone, and it is in a session of its own. */
export interface Leak extends Disposable {
  readonly pid: number
  isAlive(): boolean
}

/**
 * Leaves a node host behind, as OpenClaw 2026.7.1 does when its `node run` is killed: real processes, the worker with its
 * title, whose supervisor is killed with SIGKILL. `isStubborn`: it does not end when it is asked to.
 */
export async function leakOn(node: DemoNode, options: { readonly isStubborn?: boolean } = {}): Promise<Leak> {
  const worker = `process.title = 'openclaw-node'
    ${options.isStubborn === true ? "process.on('SIGTERM', () => undefined)" : ''}
    setInterval(() => undefined, 1000)`
  const supervisor = spawn(
    process.execPath,
    [
      '-e',
      `const { spawn } = require('node:child_process')
       const child = spawn(process.execPath, ['-e', ${JSON.stringify(worker)}], { detached: true, stdio: 'ignore' })
       process.stdout.write(String(child.pid) + '\\n')
       setInterval(() => undefined, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { HOME: node.home, PATH: process.env['PATH'] } },
  )
  const [said] = (await once(supervisor.stdout, 'data')) as [Buffer]
  const pid = Number(said.toString())
  supervisor.kill('SIGKILL')
  await once(supervisor, 'exit')
  const start = startOf(pid)
  const isAlive = (): boolean => start !== null && startOf(pid) === start
  return {
    pid,
    isAlive,
    [Symbol.dispose]: () => {
      if (isAlive()) process.kill(pid, 'SIGKILL')
    },
  }
}

/** Field 22 of `stat`; null when the process is gone or only its parent has still to notice. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}
