/** What the shell needs of a log; electron-log's scopes fit. */
export interface ShellLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** One line about a failure for the log: code or class, message and the chain of causes. Never input, never output. */
export function describeError(error: unknown): string {
  const parts: string[] = []
  for (
    let next = error;
    next !== undefined && parts.length < 4;
    next = next instanceof Error ? next.cause : undefined
  ) {
    parts.push(next instanceof Error ? `${nameOf(next)}: ${next.message}` : typeof next)
  }
  return parts.join(' <- ')
}

function nameOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name
}
