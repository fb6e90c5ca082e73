import { spawn, type ChildProcess } from 'node:child_process'
import type { Channel } from '../../main/ssh/types'

/** A channel to a real local process instead of one behind SSH. */
export interface ChildChannel extends Channel {
  readonly child: ChildProcess
}

/** Runs a command line through a shell's `-c`, as an SSH server does. */
export function openChild(commandLine: string, env: NodeJS.ProcessEnv = process.env, shell = '/bin/sh'): ChildChannel {
  const child = spawn(shell, ['-c', commandLine], { stdio: ['pipe', 'pipe', 'pipe'], env })
  const closed = new Promise<{ code: number | null; signal: string | null }>(resolve => {
    child.once('close', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: null, signal: null }))
  })
  return {
    child,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    closed,
    close() {
      child.stdin.destroy()
      child.stdout.destroy()
      child.stderr.destroy()
    },
  }
}

/** Whether a process of this pid runs (a zombie does not). */
export async function isRunning(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises')
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    return !/^\d+ \(.*\) [ZX]/s.test(stat)
  } catch {
    return false
  }
}

/** Waits for a condition; fails with `what` after `limitMs`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const endMs = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`Waited ${limitMs} ms in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}
