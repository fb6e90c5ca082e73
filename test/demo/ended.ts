import type { ChildProcess } from 'node:child_process'

/** Ends a child by its pid and waits until it is gone; SIGKILL after `patienceMs`, five seconds unless given. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals, patienceMs = 5000): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>(resolve => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill(signal)
  })
}
