/** Pseudo-random numbers in [0, 1), the same for the same seed (mulberry32), so that a failure can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const GAPS = ['', ' ', '\n', '\t', '\r\n  ', ' // note, "with" {marks}\n', '/* block\n * two */', '\u00a0', '\u2003']
const SCALARS = ['0', '-1', '+2.50', '.5', '6.', '0xBEEF', '1e3', 'Infinity', 'true', 'false', 'null']
const STRINGS = [
  '""',
  "''",
  '"a b"',
  "'it\\'s'",
  '"/home/al/x"',
  "'two\\\nlines'",
  '"\\u00e9\\x41\\n"',
  "'🦞'",
  '"// no"',
]
const NAMES = ['a', '$b', '_c9', "'d e'", '"f/g"', 'ünï', '\\u0067', '"~h"']

/** A random valid JSON5 document with comments, odd spacing, both quotes and trailing commas. */
export function randomJson5(random: () => number): string {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? ''
  const gap = (): string => pick(GAPS)
  const list = (item: (index: number) => string): string => {
    const items = Array.from({ length: Math.floor(random() * 4) }, (_, index) => gap() + item(index) + gap())
    return items.join(',') + (items.length > 0 && random() < 0.4 ? `,${gap()}` : gap())
  }
  const value = (depth: number): string => {
    const kind = random()
    if (depth < 4 && kind < 0.35) {
      const offset = Math.floor(random() * NAMES.length)
      return `{${list(index => `${NAMES[(offset + index) % NAMES.length] ?? 'z'}${gap()}:${gap()}${value(depth + 1)}`)}}`
    }
    if (depth < 4 && kind < 0.55) return `[${list(() => value(depth + 1))}]`
    return kind < 0.8 ? pick(STRINGS) : pick(SCALARS)
  }
  return gap() + value(0) + gap()
}
