import { describe, expect, test } from 'vitest'
import { isInside, mergeEnvironment } from '../../../main/perform/target'

const value = (name: string, text: string) => ({ where: 'unit' as const, name, value: text })

describe('service values on the target', () => {
  test('are added to .env, and win over a line of the same name', () => {
    const merged = mergeEnvironment('# keys\nA=1\nexport B=2\n', [value('B', 'two'), value('C', 'x y')])
    expect(merged).toBe("# keys\nA=1\nB=two\nC='x y'\n")
  })

  test('leave .env as it is when there are none', () => {
    expect(mergeEnvironment('A=1\n', [])).toBeNull()
  })
})

test('a path is inside a folder only at a path boundary', () => {
  expect(isInside('/home/al/x', '/home/al')).toBe(true)
  expect(isInside('/home/alice', '/home/al')).toBe(false)
})
