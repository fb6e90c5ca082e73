import { native } from './path'

/** Looks for paths in text, on path borders only: `/home/al` is not in `/home/alice`, nor in `/srv/home/al`. */
export class Needles {
  private readonly tests: readonly {
    readonly needle: string
    readonly forms: readonly string[]
    readonly test: RegExp
  }[]

  constructor(needles: readonly string[]) {
    const plain = needles.map(needle => needle.replace(/(?<=.)[/\\]+$/, '')).filter(needle => needle !== '')
    this.tests = [...new Set(plain)].map(needle => {
      // As it stands, and as JSON writes it (quotes, backslashes); a path of Windows also with the strokes of its own.
      const written = /^[A-Za-z]:\//.test(needle) ? [needle, native(needle, 'win32')] : [needle]
      const forms = [...new Set(written.flatMap(form => [form, JSON.stringify(form).slice(1, -1)]))]
      const source = forms.map(form => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
      return {
        needle,
        forms,
        test: new RegExp(`(?<![\\p{L}\\p{N}_.~-])(?:${source})(?![\\p{L}\\p{N}_~-]|\\.[\\p{L}\\p{N}_])`, 'u'),
      }
    })
  }

  /** What to look for before a border is looked at: for SQL's `instr`. */
  get forms(): readonly string[] {
    return this.tests.flatMap(({ forms }) => forms)
  }

  /** The needles that are in the text. */
  in(text: string): readonly string[] {
    return this.tests
      .filter(({ forms, test }) => forms.some(form => text.includes(form)) && test.test(text))
      .map(({ needle }) => needle)
  }
}
