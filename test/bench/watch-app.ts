import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The app polls nothing yet, and has loaded what it needs. ms */
const SETTLE_MS = 8_000

/** Resident memory of the built app's main process while it only sits in the tray, in bytes. */
export async function trayMemory(): Promise<number> {
  const built = spawn(process.execPath, ['build/bundle.ts'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(built, 'exit')) as [number | null]
  if (code !== 0) throw new Error('The app could not be built.')
  const scratch = mkdtempSync(join(tmpdir(), `ocm-bench-${process.pid}-`))
  const child = fork(
    resolve('out/host/run.js'),
    [resolve('out/main/index.js'), '--hidden', '--data-dir', join(scratch, 'data')],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, OCM_HOST_TEST: '1', OCM_HOST_SCRATCH: join(scratch, 'host') },
    },
  )
  const ended = once(child, 'exit')
  try {
    await Promise.race([sleep(SETTLE_MS), ended.then(() => Promise.reject(new Error('The app ended by itself.')))])
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1]
    return Number(kilobytes) * 1024
  } finally {
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(5_000)])
    child.kill('SIGKILL')
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}
