// Stands in for `openclaw node run`: a supervisor and, beneath it, the worker that carries OpenClaw's title.
import { spawn } from 'node:child_process'

const IS_WORKER = 'OCM_STAND_IN_WORKER'

/** Runs the node host. The worker outlives a supervisor that is killed, as older versions let it; the demo ends it. */
export function runNodeHost(script) {
  if (process.env[IS_WORKER] !== undefined) return work()
  const worker = spawn(process.execPath, [script, 'node', 'run'], {
    stdio: 'ignore',
    env: { ...process.env, [IS_WORKER]: '1' },
  })
  process.on('SIGTERM', () => worker.kill('SIGTERM'))
  worker.on('exit', code => process.exit(code ?? 0))
  worker.on('spawn', () => process.stdout.write(`worker ${worker.pid}\n`))
}

function work() {
  process.title = 'openclaw-node'
  const demo = Number(process.env.OCM_DEMO_PID ?? 0)
  // A demo that was killed leaves nothing behind either.
  setInterval(() => {
    if (demo > 0 && !isAlive(demo)) process.exit(0)
  }, 2000)
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
