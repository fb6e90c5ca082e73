import { Worker } from 'node:worker_threads'

/** Ends this program when nobody needs it any more, even while its main thread hangs. */
export interface Lifetime {
  /**
   * Something is under way until `untilMs` ({@link now}); the watchdog strikes some seconds later. Null: nothing is.
   * `isShort`: it takes well under a second where all is well, so the watchdog need not be there at once.
   */
  expect(untilMs: number | null, isShort: boolean): void
  /** A commit runs: a hang-up or a dead parent does not end us. */
  protect(isProtected: boolean): void
}

/** Milliseconds of the monotonic clock, the same in all threads; a suspended machine does not move it. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

const GRACE_MS = 5_000
const BEAT_MS = 1_000
/** With nothing under way the main thread answers beats; a longer silence than this is a hang. */
const SILENT_MS = 60_000
/** A program that did nothing but short work for so long gets its watchdog all the same. */
const LATE_WATCH_MS = 1_000

/**
 * A thread that shares nothing with the main one but three numbers: when to kill the process, whether a dead parent matters,
 * and the parent's pid. It is the only thing that still works when a handler never returns.
 */
const WATCHDOG = `
const { workerData } = require('node:worker_threads')
const shared = new Float64Array(workerData.shared)
const now = () => { const t = process.hrtime(); return t[0] * 1000 + t[1] / 1e6 }
setInterval(() => {
  const orphaned = shared[1] === 0 && process.platform !== 'win32' && process.ppid !== workerData.parent
  if (orphaned || now() > shared[0] || now() > workerData.end) process.kill(process.pid, 'SIGKILL')
}, ${BEAT_MS})
`

/**
 * Bounds the program. The watchdog is a thread, which costs the node more than a whole poll: a program that only answers one
 * leaves before it is needed.
 */
export function watchLifetime(lifetimeMs: number): Lifetime {
  const shared = new SharedArrayBuffer(16)
  const numbers = new Float64Array(shared)
  let expected: number | null = null
  const beat = (): void => {
    numbers[0] = (expected ?? now() + SILENT_MS) + GRACE_MS
  }
  beat()
  const workerData = { shared, parent: process.ppid, end: now() + lifetimeMs }
  let isWatched = false
  const watch = (): void => {
    if (isWatched) return
    isWatched = true
    const worker = new Worker(WATCHDOG, { eval: true, workerData, stdin: false })
    worker.unref()
    worker.on('error', () => undefined) // No thread to be had: the other limits still hold.
  }
  setTimeout(watch, LATE_WATCH_MS).unref()
  setInterval(beat, BEAT_MS).unref()
  const ignoreHangUp = (): void => undefined
  return {
    expect(untilMs, isShort) {
      expected = untilMs
      beat()
      if (!isShort) watch()
    },
    protect(isProtected) {
      numbers[1] = isProtected ? 1 : 0
      process.off('SIGHUP', ignoreHangUp)
      if (isProtected) process.on('SIGHUP', ignoreHangUp)
    },
  }
}
