import { spawn } from 'node:child_process'

/** One line of the table. */
export interface Row {
  readonly what: string
  readonly ocm: string
  readonly against: string
  readonly result: string
  readonly target: string
  readonly isMet: boolean
  /** The target is only an aim: it is printed whether it is reached, and missing it is no failure. */
  readonly isAim?: true
}

/** Whether every target is met. What was to be measured and could not be is not; an aim that is missed is no failure. */
export function areMet(rows: readonly Row[]): boolean {
  return rows.every(({ isMet, isAim }) => isMet || isAim === true)
}

/** How much is measured: `scale` 1 is what the targets speak of, less is for a quick look. */
export interface Extent {
  readonly rounds: number
  readonly scale: number
}

/** Runs `work` and answers how long it took, in s. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly value: T }> {
  const start = performance.now()
  const value = await work()
  return { seconds: (performance.now() - start) / 1000, value }
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** `12.3 s` */
export function inSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`
}

/** `12.3 MB` */
export function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** Runs a shell line to its end. @throws Error when it fails. */
export async function shell(line: string): Promise<void> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], { stdio: ['ignore', 'inherit', 'inherit'] })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`It ended with ${String(code)}: ${line}`)
}

/** A word as a POSIX shell takes it literally. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** A note for the person who waits, on stderr. */
export function note(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}

/** The rows as a markdown table. */
export function table(rows: readonly Row[]): string {
  const head = ['| | OCM | against | result | target | |', '|---|---|---|---|---|---|']
  const lines = rows.map(
    ({ what, ocm, against, result, target, isMet, isAim }) =>
      `| ${what} | ${ocm} | ${against} | ${result} | ${target} | ${target === 'none' ? '' : isMet ? 'met' : isAim === true ? 'not reached' : '**missed**'} |`,
  )
  return [...head, ...lines].join('\n')
}
