import JSON5 from 'json5'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors'
import { decodeJson5, encodeJson5 } from '../../../main/openclaw/json5-scan'
import { editText, parseJson5, setJson5, type Json5Node, type TextEdit } from '../../../main/openclaw/json5-text'
import { randomJson5, seeded } from './generate'

/** The plain value of a tree, to compare with what the reference parser reads. */
function plain(node: Json5Node): unknown {
  if (node.kind === 'array') return node.items.map(plain)
  if (node.kind === 'object') return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]))
  return node.kind === 'string' ? node.value : JSON5.parse<unknown>(node.value)
}

const ODD = [
  '{a:0xFF,b:+1,c:.5,d:5.,e:Infinity,f:-NaN,g:1e-7}',
  "{'a':'b\\'c',\"d\":'\\x41\\0\\v\\q\\\nnext',}",
  '// c\r\n{/*x*/a /*y*/:/*z*/1,//e\n}\n// end',
  '{$inc_\\u0061:1,ünï:2,_:3}',
  "\ufeff{a:'\u2028',\u00a0b:[1,[],{},],}",
  '"only"',
  '[null,true,false]',
]

describe('the JSON5 tree', () => {
  test.each(ODD)('reads what the reference parser reads: %j', text => {
    expect(plain(parseJson5(text))).toEqual(JSON5.parse(text))
  })

  test('reads 400 generated documents like the reference parser, and writing every value back changes no byte', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const text = randomJson5(seeded(seed))
      const tree = parseJson5(text)
      expect(plain(tree), text).toEqual(JSON5.parse(text))
      const edits: TextEdit[] = []
      const visit = (node: Json5Node): void => {
        if (node.kind === 'object') node.members.forEach(member => visit(member.value))
        else if (node.kind === 'array') node.items.forEach(visit)
        else edits.push({ start: node.start, end: node.end, text: text.slice(node.start, node.end) })
      }
      visit(tree)
      expect(editText(text, edits)).toBe(text)
    }
  })

  test.each([
    ['{\n  a: 1\n  b: 2\n}', 3, 3],
    ['{ a: "open\n}', 1, 6],
    ['{ a: 1,, }', 1, 8],
    ['[1 2]', 1, 4],
    ['{ a: }', 1, 6],
    ['{ a: 1 } x', 1, 10],
    ['', 1, 1],
    ['{ /* never', 1, 3],
    ['{ a: 012 }', 1, 6],
    ['{ a: "\\u12" }', 1, 7],
  ])('names line and column of what is broken in %j', (text, line, column) => {
    expect(() => JSON5.parse<unknown>(text)).toThrow()
    expect(() => parseJson5(text)).toThrow(AppError)
    expect(() => parseJson5(text)).toThrow(new RegExp(`^Line ${line}, column ${column}:`))
  })

  test('a string survives encoding in both kinds of quotes', () => {
    for (const value of ['', `it's "so"`, 'a\\b', '\u2028\u2029\0\n\t', '🦞 /srv/claw home', "\\'"]) {
      expect(JSON5.parse(encodeJson5(value, '"'))).toBe(value)
      expect(JSON5.parse(encodeJson5(value, "'"))).toBe(value)
      expect(decodeJson5(encodeJson5(value, "'"))).toBe(value)
    }
  })
})

describe('setting one value', () => {
  const COMMENTED = `{\n  // ports\n  gateway: {\n    port: 0x4965, // hex\n  },\n  'channels': { telegram: { botToken: 'x' } } // last\n}\n`

  test('replaces only that value', () => {
    expect(setJson5(COMMENTED, ['gateway', 'port'], 19000)).toBe(COMMENTED.replace('0x4965', '19000'))
    expect(setJson5(COMMENTED, ['channels', 'telegram', 'botToken'], "it's")).toContain(`botToken: 'it\\'s' }`)
  })

  test('adds what is missing and keeps comments where they were', () => {
    expect(setJson5(COMMENTED, ['gateway', 'bind'], 'lan')).toContain('port: 0x4965, // hex\n    bind: "lan",\n  }')
    const text = setJson5(COMMENTED, ['mcp', 'apps', 'enabled'], false)
    expect(text).toContain('} }, // last\n  mcp: { apps: { enabled: false } }\n}')
  })

  test.each([
    '{}',
    '{ // none\n}',
    '{a:1}',
    '{a:1,}',
    '{\n\t"a": 1\n}',
    '{a:1 /* x */}',
    '{a:1 // x\n}',
    '{a:1, // x\n}',
  ])('leaves valid JSON5 behind in %j', text => {
    const changed = setJson5(text, ['new', 'deep-name'], true)
    expect(JSON5.parse(changed)).toEqual({ ...JSON5.parse<object>(text), new: { 'deep-name': true } })
  })
})
