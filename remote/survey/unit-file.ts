/** What we need of a systemd unit, its drop-ins applied in order. */
export interface Unit {
  /** Words of the last ExecStart, without systemd's prefixes. */
  readonly execStart: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  /** Paths of EnvironmentFile=, without the leading `-`. */
  readonly environmentFiles: readonly string[]
  readonly user: string | null
  /** TimeoutStopSec in ms; null when not set, Infinity for `infinity`. */
  readonly stopLimitMs: number | null
}

/** Parses a unit's text (with drop-ins appended). `home` stands for `%h`. */
export function parseUnit(text: string, home: string): Unit {
  let execStart: readonly string[] = []
  let environment = new Map<string, string>()
  let environmentFiles: string[] = []
  let user: string | null = null
  let stopLimitMs: number | null = null
  for (const { key, value } of serviceSettings(text)) {
    if (key === 'ExecStart') execStart = splitWords(value.replace(/^[-@:+!]+/, ''), home)
    else if (key === 'Environment') {
      if (value === '') environment = new Map() // An empty assignment resets a list.
      for (const word of splitWords(value, home)) {
        const at = word.indexOf('=')
        if (at > 0) environment.set(word.slice(0, at), word.slice(at + 1))
      }
    } else if (key === 'EnvironmentFile') {
      if (value === '') environmentFiles = []
      else environmentFiles.push(expand(value.replace(/^-/, ''), home))
    } else if (key === 'User') user = value === '' ? null : value
    else if (key === 'TimeoutStopSec' || key === 'TimeoutSec') stopLimitMs = parseSpan(value)
  }
  return { execStart, environment, environmentFiles, user, stopLimitMs }
}

/** `Key=value` lines of [Service], continued lines joined. */
function serviceSettings(text: string): { key: string; value: string }[] {
  let section = ''
  return text
    .replaceAll(/\\\r?\n\s*/g, ' ')
    .split(/\r?\n/)
    .flatMap(raw => {
      const line = raw.trim()
      if (line === '' || /^[#;]/.test(line)) return []
      const heading = /^\[(.+)\]$/.exec(line)?.[1]
      if (heading !== undefined) section = heading
      const at = line.indexOf('=')
      if (heading !== undefined || section !== 'Service' || at < 1) return []
      return [{ key: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }]
    })
}

/** Words as systemd splits them: quotes hold spaces, backslashes escape, `%h` and `%%` are expanded. */
export function splitWords(value: string, home: string): string[] {
  const words: string[] = []
  const word = /(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^\s"'\\]|\\.)(?:[^\s\\]|\\.)*))(?=\s|$)/gs
  for (const [, double, single, bare] of value.matchAll(word)) {
    words.push(expand(unescaped(double ?? single ?? bare ?? ''), home))
  }
  return words
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(x[0-9a-fA-F]{2}|.)/gs, (_whole, escape: string) => {
    if (/^x../.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return { n: '\n', t: '\t', s: ' ', r: '\r' }[escape] ?? escape
  })
}

function expand(text: string, home: string): string {
  return text.replaceAll(/%([h%])/g, (_whole, letter: string) => (letter === 'h' ? home : '%'))
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  '': 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
}

/** A time span such as `330`, `5min 30s` or `infinity`, in ms; null when it cannot be understood. */
export function parseSpan(text: string): number | null {
  if (text === 'infinity') return Infinity
  let rest = text.trim()
  if (rest === '') return null
  let total = 0
  while (rest !== '') {
    const [whole, number, unit] = /^([\d.]+)\s*([a-z]*)\s*/.exec(rest) ?? []
    const unitMs = UNITS_MS[unit ?? 'none']
    if (whole === undefined || unitMs === undefined) return null
    total += Number(number) * unitMs
    rest = rest.slice(whole.length)
  }
  return Math.round(total)
}
