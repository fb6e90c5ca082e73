import type { Clock } from '../../main/watch/clock'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock that is turned by hand. It starts at the real time, since nodes have real clocks. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>()
  /** Time that really passed, ms; the wall clock may be set without it. */
  #passed = 0
  #wall: number

  constructor(start = Date.now()) {
    this.#wall = start
  }

  now(): number {
    return this.#wall
  }

  /** Always the middle: a jitter is half of the longest. */
  random(): number {
    return 0.5
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#passed + ms, callback }
    this.#timers.add(timer)
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) }
  }

  /** Lets time pass; timers fire in their order, each at its own moment. */
  advance(ms: number): void {
    const end = this.#passed + ms
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#timers.delete(next)
      this.#move(Math.max(next.at, this.#passed))
      next.callback()
    }
    this.#move(end)
  }

  /** Sets the wall clock without any time passing. */
  set(wall: number): void {
    this.#wall = wall
  }

  #move(passed: number): void {
    this.#wall += passed - this.#passed
    this.#passed = passed
  }
}
