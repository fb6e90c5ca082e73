import JSON5 from 'json5'
import { dirname, isAbsolute, realPath, relative, resolve } from './path'
import { readText } from './bounded-read'
import { recordOf } from './values-of'

/** A configuration as OpenClaw would see it, or why it cannot be read. */
export type ConfigReading =
  | { readonly state: 'valid'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly state: 'broken'; readonly problem: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly why: string }

const MAX_DEPTH = 10

/**
 * Reads `openclaw.json`: JSON5, with `$include` followed within the folder of the configuration only.
 * A broken file is an answer, not an error.
 */
export function readConfig(path: string): ConfigReading {
  try {
    const value = recordOf(readWithIncludes(path, { base: realPath(dirname(path)), depth: 0 }))
    return value === undefined
      ? { state: 'broken', problem: 'The configuration is not an object.' }
      : { state: 'valid', value }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof ConfigProblem || error instanceof SyntaxError) return { state: 'broken', problem: message }
    if (code === 'ENOENT') return { state: 'absent' }
    return { state: 'unreadable', why: message }
  }
}

class ConfigProblem extends Error {}

interface Place {
  readonly base: string
  readonly depth: number
}

function readWithIncludes(path: string, place: Place): unknown {
  return resolveIncludes(JSON5.parse(readText(path)), path, place)
}

function resolveIncludes(value: unknown, path: string, place: Place): unknown {
  if (Array.isArray(value)) return value.map(entry => resolveIncludes(entry, path, place))
  const record = recordOf(value)
  if (record === undefined) return value
  const { $include: include, ...own } = record
  const resolved = mapValues(own, entry => resolveIncludes(entry, path, place))
  if (include === undefined) return resolved
  const parts = [include].flat().map(part => includePart(part, path, place))
  return [...parts, resolved].reduce(merge)
}

function includePart(part: unknown, path: string, { base, depth }: Place): unknown {
  if (typeof part !== 'string') throw new ConfigProblem('An $include does not name a file.')
  if (depth >= MAX_DEPTH) throw new ConfigProblem('The $include files name each other in a circle.')
  const target = resolve(dirname(path), part)
  try {
    const fromBase = relative(base, realPath(target))
    if (fromBase.startsWith('..') || isAbsolute(fromBase)) {
      throw new ConfigProblem(`The $include ${part} leads out of the folder of the configuration.`)
    }
    return readWithIncludes(target, { base, depth: depth + 1 })
  } catch (error) {
    if (error instanceof ConfigProblem) throw error
    throw new ConfigProblem(`The $include ${part} cannot be read: ${(error as Error).message}`)
  }
}

/** Objects are merged key by key, lists are joined, anything else is replaced by the later one. */
function merge(first: unknown, second: unknown): unknown {
  if (Array.isArray(first) && Array.isArray(second)) return [...(first as unknown[]), ...(second as unknown[])]
  const [a, b] = [recordOf(first), recordOf(second)]
  if (a === undefined || b === undefined) return second
  return { ...a, ...mapValues(b, (value, key) => (Object.hasOwn(a, key) ? merge(a[key], value) : value)) }
}

function mapValues(
  record: Readonly<Record<string, unknown>>,
  change: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
}
