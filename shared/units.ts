/** Milliseconds in one second. */
export const SECOND = 1000
/** Milliseconds in one minute. */
export const MINUTE = 60 * SECOND
/** Milliseconds in one hour. */
export const HOUR = 60 * MINUTE
/** Bytes in one KiB. */
export const KIB = 1024
/** Bytes in one MiB. */
export const MIB = 1024 * KIB
/** Bytes in one GiB. */
export const GIB = 1024 * MIB

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes for people, by at most two digits after the first: `1.2 MB`, `51 GB`. The same words wherever OCM says a size. */
export function bytesText(bytes: number): string {
  const exponent = bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3)
  // What would read `1000 kB` is `1.0 MB`.
  const rounded = exponent > 0 && bytes / 1000 ** exponent >= 999.5 ? exponent + 1 : exponent
  const unit = Math.min(BYTE_UNITS.length - 1, rounded)
  const value = bytes / 1000 ** unit
  return `${value.toFixed(unit > 0 && value < 9.95 ? 1 : 0)} ${BYTE_UNITS[unit] ?? 'B'}`
}

// Made when first needed: the program on a node is started for every poll and mostly shows nothing to people.
let wholeNumber: Intl.NumberFormat | undefined
let moment: Intl.DateTimeFormat | undefined

/** A count with its noun: `1 file`, `5,312 files`. */
export function countText(value: number, noun: string, plural = `${noun}s`): string {
  wholeNumber ??= new Intl.NumberFormat('en')
  return `${wholeNumber.format(value)} ${value === 1 ? noun : plural}`
}

/** A moment for people, in the time zone of whoever reads it: `20 Nov 2026, 14:03`. */
export function momentText(iso: string): string {
  moment ??= new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  })
  return moment.format(Date.parse(iso))
}
