import { AppError } from '../../shared/errors'

/** What the scanner tells while it reads a document from front to back. Positions are UTF-16 offsets; `end` is exclusive. */
export interface Json5Events {
  open(kind: 'object' | 'array', start: number): void
  /** A member name: quoted or an identifier. */
  key(start: number, end: number): void
  leaf(kind: 'string' | 'number' | 'literal', start: number, end: number): void
  /** A comma after a member or item. */
  comma(at: number): void
  close(end: number): void
}

const MAX_DEPTH = 400
const SPACE = /[\t\v\f \u00a0\ufeff\n\r\u2028\u2029\p{Zs}]/u
const NUMBER = /[+-]?(?:Infinity|NaN|0[xX][0-9a-fA-F]+|(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/y
const NAME = /(?:[$_\p{ID_Start}]|\\u[0-9a-fA-F]{4})(?:[$_\u200c\u200d\p{ID_Continue}]|\\u[0-9a-fA-F]{4})*/uy
const DOUBLE_RUN = /[^"\\\n\r]*/y
const SINGLE_RUN = /[^'\\\n\r]*/y
const LITERAL = /(?:null|true|false)(?![$\w])/y

/**
 * Reads JSON5 (and so JSON) without building anything; every byte stays where it is.
 * @throws AppError `config-invalid` with line and column.
 * @see https://spec.json5.org
 */
export function scanJson5(text: string, events: Json5Events): void {
  new Scanner(text, events).document()
}

/** Line and column, both from 1, of an offset. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/)
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

class Scanner {
  private at = 0
  private depth = 0
  constructor(
    private readonly text: string,
    private readonly events: Json5Events,
  ) {}

  document(): void {
    this.blank()
    this.value()
    this.blank()
    if (this.at < this.text.length) this.fail('something follows the end of the document')
  }

  private value(): void {
    const start = this.at
    const mark = this.text[start]
    if (mark === '{') this.container('object')
    else if (mark === '[') this.container('array')
    else this.events.leaf(this.scalar(mark), start, this.at)
  }

  private scalar(mark: string | undefined): 'string' | 'number' | 'literal' {
    const start = this.at
    if (mark === '"' || mark === "'") {
      this.string(mark)
      return 'string'
    }
    if (this.take(LITERAL)) return 'literal'
    if (this.take(NUMBER) && !/[$\w]/.test(this.text[this.at] ?? '')) return 'number'
    this.at = start
    return this.fail(mark === undefined ? 'the text ends where a value should be' : 'a value should be here')
  }

  private container(kind: 'object' | 'array'): void {
    const close = kind === 'object' ? '}' : ']'
    if (++this.depth > MAX_DEPTH) this.fail('nested too deeply')
    this.events.open(kind, this.at)
    this.at++
    this.blank()
    while (this.text[this.at] !== close) {
      if (kind === 'object') this.name()
      this.value()
      this.blank()
      if (this.text[this.at] === ',') {
        this.events.comma(this.at++)
        this.blank()
      } else if (this.text[this.at] !== close) this.fail(`a comma or ${close} should be here`)
    }
    this.depth--
    this.events.close(++this.at)
  }

  private name(): void {
    const start = this.at
    const mark = this.text[start]
    if (mark === '"' || mark === "'") this.string(mark)
    else if (!this.take(NAME)) this.fail('a name should be here')
    this.events.key(start, this.at)
    this.blank()
    if (this.text[this.at] !== ':') this.fail('a colon should be here')
    this.at++
    this.blank()
  }

  private string(quote: string): void {
    const start = this.at++
    const run = quote === '"' ? DOUBLE_RUN : SINGLE_RUN
    for (;;) {
      run.lastIndex = this.at
      run.test(this.text)
      this.at = run.lastIndex
      const mark = this.text[this.at]
      if (mark === undefined) this.failAt(start, 'this string does not end')
      if (mark === '\\') this.escape()
      else if (mark !== quote) this.failAt(start, 'this string does not end on its line')
      else break
    }
    this.at++
  }

  private escape(): void {
    const next = this.text[this.at + 1]
    const rest = this.text.slice(this.at + 2, this.at + 6)
    if (next === 'u' && !/^[0-9a-fA-F]{4}$/.test(rest)) this.fail('a broken \\u escape')
    if (next === 'x' && !/^[0-9a-fA-F]{2}/.test(rest)) this.fail('a broken \\x escape')
    if (next !== undefined && (/[1-9]/.test(next) || (next === '0' && /^\d/.test(rest)))) this.fail('an octal escape')
    this.at += next === '\r' && this.text[this.at + 2] === '\n' ? 3 : 2
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    if (!pattern.test(this.text)) return false
    this.at = pattern.lastIndex
    return true
  }

  /** Passes over white space and comments. */
  private blank(): void {
    for (;;) {
      const mark = this.text[this.at]
      if (mark === undefined) return
      if (mark === '/' && this.text[this.at + 1] === '/') this.lineComment()
      else if (mark === '/' && this.text[this.at + 1] === '*') this.blockComment()
      else if (mark === ' ' || mark === '\n' || SPACE.test(mark)) this.at++
      else return
    }
  }

  private lineComment(): void {
    const rest = /[\n\r\u2028\u2029]|$/g
    rest.lastIndex = this.at
    this.at = rest.exec(this.text)?.index ?? this.text.length
  }

  private blockComment(): void {
    const end = this.text.indexOf('*/', this.at + 2)
    if (end < 0) this.fail('this comment does not end')
    this.at = end + 2
  }

  private fail(what: string): never {
    this.failAt(this.at, what)
  }

  private failAt(offset: number, what: string): never {
    const { line, column } = placeOf(this.text, offset)
    throw new AppError('config-invalid', `Line ${line}, column ${column}: ${what}.`, {
      hint: 'Repair the file on its node (`openclaw config validate` names the place), then survey again.',
    })
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '0': '\0' }

/** The value of a quoted string or of a name, as written in the text. */
export function decodeJson5(raw: string): string {
  const isQuoted = raw.startsWith('"') || raw.startsWith("'")
  const body = isQuoted ? raw.slice(1, -1) : raw
  if (!body.includes('\\')) return body
  return body.replace(
    /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))/g,
    (_, unicode: string | undefined, hex: string | undefined, other: string) => {
      const code = unicode ?? hex
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16))
      return /^(?:\r\n|[\n\r\u2028\u2029])$/.test(other) ? '' : (ESCAPES[other] ?? other)
    },
  )
}

/** A string as JSON5 text in the wished quotes. With double quotes it is plain JSON. */
export function encodeJson5(value: string, quote: '"' | "'" = '"'): string {
  const json = JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  return quote === '"' ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
