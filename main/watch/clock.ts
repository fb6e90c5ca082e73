/** Time as watching sees it; tests bring one that they turn by hand. */
export interface Clock {
  /** The wall clock, ms since the epoch. It may jump. */
  now(): number
  /** Calls back once after so many ms that really passed, unless disposed before. */
  after(ms: number, callback: () => void): Disposable
  /** From 0 up to but not including 1. */
  random(): number
}

/** The machine's own clock. A timer keeps no process alive. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms).unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
  random: () => Math.random(),
}
