import { join } from '../path'
import type { Trace } from '../../shared/deletion'
import { processesByPs } from '../processes'
import { isInReach, statsOf, traceOf, type Look } from './look'
import { measured } from './removal'
import { findWindowsApp } from './windows'

/**
 * The app for macOS or Windows, with its process when it runs: it starts a worker of its own and starts that again, so that only who
 * quits the app ends it.
 */
export async function findApp(look: Look): Promise<Trace[]> {
  if (process.platform === 'win32') return findWindowsApp(look)
  if (process.platform !== 'darwin') return []
  const { home, uid } = look.account
  const places = ['/Applications/OpenClaw.app', join(home, 'Applications/OpenClaw.app')]
  const apps = places.filter(path => isInReach(path, home) && statsOf(path)?.isDirectory() === true)
  if (apps.length === 0) return []
  const own = (await processesByPs()).filter(facts => facts.uid === uid)
  const traces: Trace[] = []
  for (const path of apps) {
    const running = own.find(({ argv }) => argv.join(' ').startsWith(`${path}/Contents/MacOS/`))
    const found =
      running === undefined
        ? null
        : { pid: running.pid, startedAtTicks: running.startedAtTicks, role: 'other' as const, unit: null }
    traces.push(
      traceOf(
        { kind: 'package', key: path, name: `${path} (the app)` },
        { path, paths: [path], process: found, size: await measured(path, look) },
      ),
    )
  }
  return traces
}
