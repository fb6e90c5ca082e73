/** A JSON object, or undefined. What a node's files hold is never trusted to have the right shape. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

/** A text that is not empty, or undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** The value at a path of keys, or undefined where the path ends early. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => {
    const record = recordOf(inner)
    return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
  }, value)
}
