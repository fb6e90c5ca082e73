import type { Progress } from '../../shared/plan'

/** A change is announced at most this often, in ms. */
const EVERY_MS = 200

/** Counts bytes and files, and announces them now and then. */
export class ProgressMeter {
  #doneBytes = 0
  #doneFiles = 0
  #current = ''
  #announcedAt = 0
  readonly #startedAt = performance.now()

  constructor(
    private readonly announce: (progress: Progress) => void,
    private totalBytes: number | null = null,
    private totalFiles: number | null = null,
  ) {}

  /** Corrects the totals once they are known. */
  expect(bytes: number, files: number): void {
    this.totalBytes = bytes
    this.totalFiles = files
  }

  /** Adds what was just done. */
  add(bytes: number, files: number, current?: string): void {
    this.#doneBytes += bytes
    this.#doneFiles += files
    if (current !== undefined) this.#current = current
    if (performance.now() - this.#announcedAt > EVERY_MS) this.flush()
  }

  /** Announces the state as it is. */
  flush(): void {
    this.#announcedAt = performance.now()
    const seconds = Math.max((this.#announcedAt - this.#startedAt) / 1000, 0.001)
    this.announce({
      doneBytes: this.#doneBytes,
      totalBytes: this.totalBytes,
      doneFiles: this.#doneFiles,
      totalFiles: this.totalFiles,
      bytesPerSecond: this.#doneBytes / seconds,
      current: this.#current,
    })
  }
}
