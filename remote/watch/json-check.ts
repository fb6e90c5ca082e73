/**
 * Whether bytes are whole JSON, told piece by piece: a store of any size takes no more memory than one piece, and none of its
 * content is kept. Long strings are only searched for what a torn or zeroed block shows as.
 */
export class JsonCheck {
  /** Open objects and arrays, the innermost last. */
  private readonly open: ('{' | '[')[] = []
  private expects: 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing' = 'value'
  private isInString = false
  private isKey = false
  /** An odd number of backslashes ended the last piece. */
  private isEscaped = false
  private word = ''
  private problem: string | null = null
  private top: 'object' | 'other' | null = null
  private tears: readonly NextByte[] = []

  /** Takes the next bytes; false once they cannot be JSON any more. */
  feed(bytes: Buffer): boolean {
    let at = 0
    this.tears = [0x00, 0x0a, 0x0d, 0x09].map(byte => new NextByte(byte))
    while (at < bytes.length && this.problem === null) {
      at = this.isInString ? this.passString(bytes, at) : this.passToken(bytes, at)
    }
    return this.problem === null
  }

  /** What is wrong, now that everything was fed; null for a whole object. */
  finish(): string | null {
    if (this.word !== '') this.endWord()
    if (this.problem !== null) return this.problem
    if (this.top === null) return 'It is empty.'
    if (this.isInString || this.open.length > 0 || this.expects !== 'nothing') return 'It ends in the middle.'
    return this.top === 'object' ? null : 'It is not an object.'
  }

  private passToken(bytes: Buffer, at: number): number {
    const byte = bytes[at] ?? 0
    const isWord = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || WORD_SIGNS.has(byte)
    if (isWord) {
      this.word += String.fromCharCode(byte)
      if (this.word.length > MAX_WORD) this.problem = 'It holds a word that is no JSON.'
      return at + 1
    }
    if (this.word !== '') this.endWord()
    if (byte === 0x22) this.beginString()
    else if (byte === 0x7b) this.begin('{')
    else if (byte === 0x5b) this.begin('[')
    else if (byte === 0x7d) this.end('{')
    else if (byte === 0x5d) this.end('[')
    else if (byte === 0x3a) this.step('colon', 'value')
    else if (byte === 0x2c) this.step('comma-or-end', this.open.at(-1) === '{' ? 'key' : 'value')
    else if (isBlank(byte)) return passBlanks(bytes, at)
    else this.problem = 'It holds what is no JSON.'
    return at + 1
  }

  /** Answers where the string ends, or the end of the piece. */
  private passString(bytes: Buffer, from: number): number {
    let at = from
    const near = Math.min(bytes.length, from + NEAR)
    for (; at < near; at += 1) {
      const byte = bytes[at] ?? 0
      if (this.isEscaped) this.isEscaped = false
      else if (byte === 0x5c) this.isEscaped = true
      else if (byte === 0x22) return this.endString(at)
      if (byte < 0x20) return this.tear(at)
    }
    return at >= bytes.length ? at : this.passFar(bytes, at)
  }

  /** The rest of a long string: searched by the engine instead of byte by byte. */
  private passFar(bytes: Buffer, from: number): number {
    let start = from + (this.isEscaped ? 1 : 0)
    for (;;) {
      const quote = bytes.indexOf(0x22, start)
      const end = quote < 0 ? bytes.length : quote
      const isEscaped = slashesBefore(bytes, end, from + (this.isEscaped ? 1 : 0)) % 2 === 1
      if (quote >= 0 && isEscaped) {
        start = quote + 1
        continue
      }
      if (this.tears.some(tear => tear.next(bytes, from) < end)) return this.tear(end)
      this.isEscaped = quote < 0 && isEscaped
      return quote < 0 ? end : this.endString(quote)
    }
  }

  private beginString(): void {
    this.isKey = this.expects === 'key' || this.expects === 'key-or-end'
    if (!this.isKey && this.expects !== 'value' && this.expects !== 'value-or-end')
      this.problem = 'A text stands wrong.'
    this.isInString = true
    this.isEscaped = false
  }

  private endString(at: number): number {
    this.isInString = false
    if (this.isKey) this.expects = 'colon'
    else this.afterValue('other')
    return at + 1
  }

  private begin(kind: '{' | '['): void {
    if (this.expects !== 'value' && this.expects !== 'value-or-end') this.problem = 'A bracket stands wrong.'
    this.top ??= kind === '{' ? 'object' : 'other'
    this.open.push(kind)
    if (this.open.length > MAX_DEPTH) this.problem = 'It is nested too deep.'
    this.expects = kind === '{' ? 'key-or-end' : 'value-or-end'
  }

  private end(kind: '{' | '['): void {
    const mayEnd = this.expects === 'comma-or-end' || this.expects === (kind === '{' ? 'key-or-end' : 'value-or-end')
    if (!mayEnd || this.open.pop() !== kind) this.problem = 'A bracket stands wrong.'
    this.afterValue('other')
  }

  private endWord(): void {
    if (!LITERAL.test(this.word) || (this.expects !== 'value' && this.expects !== 'value-or-end')) {
      this.problem = 'It holds a word that is no JSON.'
    }
    this.word = ''
    this.afterValue('other')
  }

  private step(from: JsonCheck['expects'], to: JsonCheck['expects']): void {
    if (this.expects !== from) this.problem = 'A sign stands wrong.'
    this.expects = to
  }

  private afterValue(top: 'other'): void {
    this.top ??= top
    this.expects = this.open.length === 0 ? 'nothing' : 'comma-or-end'
  }

  private tear(at: number): number {
    this.problem = 'A text in it is torn.'
    return at + 1
  }
}

/** Most strings end within so many bytes; for them a loop is faster than a search. */
const NEAR = 48
const MAX_WORD = 64
const MAX_DEPTH = 1_000
const LITERAL = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/
/** `-`, `+`, `.`, `E`. */
const WORD_SIGNS: ReadonlySet<number> = new Set([0x2d, 0x2b, 0x2e, 0x45])

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Indented files are a good part blanks. */
function passBlanks(bytes: Buffer, from: number): number {
  let at = from + 1
  while (isBlank(bytes[at])) at += 1
  return at
}

/** Where a byte comes next in a piece; looked for again only once it was passed, so that all of it costs one search. */
class NextByte {
  private at = -1

  constructor(private readonly byte: number) {}

  next(bytes: Buffer, from: number): number {
    if (this.at >= from) return this.at
    const found = bytes.indexOf(this.byte, from)
    this.at = found < 0 ? bytes.length : found
    return this.at
  }
}

function slashesBefore(bytes: Buffer, end: number, from: number): number {
  let count = 0
  while (end - count > from && bytes[end - count - 1] === 0x5c) count += 1
  return count
}
