import logger from 'electron-log/node'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { redact } from './redact'

/** One module's voice in the log. One line per event; node ids rather than hosts; never a secret. */
export interface ScopedLog {
  info(text: string, error?: unknown): void
  warn(text: string, error?: unknown): void
  error(text: string, error?: unknown): void
}

/** The log of this process. */
export interface Log {
  readonly file: string
  scope(name: string): ScopedLog
  /** Masks these exact bytes wherever they would be written, until disposed. The buffer is looked at, never copied. */
  protect(secret: Buffer): Disposable
}

/** A log starts a new file past this size and keeps {@link OLD_FILES} old ones. */
const MAX_FILE_BYTES = 2 * 1024 * 1024
const OLD_FILES = 3
const MAX_LINE_CHARACTERS = 4000

/** Writes `ocm.log` in the folder, and to the console as well when asked. */
export function createLog(folder: string, options: { readonly console: boolean }): Log {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'ocm.log')
  const secrets = new Set<Buffer>()
  const output = logger.create({ logId: randomUUID() })
  const { transports } = output
  transports.file.resolvePathFn = () => file
  transports.file.maxSize = MAX_FILE_BYTES
  transports.file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' }
  transports.file.archiveLogFn = () => rotate(file)
  transports.file.format = '{iso} {level} {text}'
  transports.console.format = '{level} {text}'
  if (!options.console) transports.console.level = false
  // Standard output belongs to the command line's results.
  transports.console.writeFn = ({ message }) => void process.stderr.write(`${message.data.join(' ')}\n`)
  // Last before the transports, so that no call site can forget it.
  output.hooks.push(message => {
    const exact = [...secrets].map(secret => secret.toString('utf8'))
    return { ...message, data: [redact(oneLine(message.data), exact)] }
  })
  const write = (level: 'info' | 'warn' | 'error', scope: string, text: string, error: unknown): void =>
    output[level](`[${scope}]`, text, ...(error === undefined ? [] : [error]))

  return {
    file,
    scope: name => ({
      info: (text, error) => write('info', name, text, error),
      warn: (text, error) => write('warn', name, text, error),
      error: (text, error) => write('error', name, text, error),
    }),
    protect: secret => {
      secrets.add(secret)
      return { [Symbol.dispose]: () => void secrets.delete(secret) }
    },
  }
}

/** A log that writes nowhere, for tests and one-shot tools. */
export const SILENT_LOG: Log = {
  file: '',
  scope: () => ({ info: () => undefined, warn: () => undefined, error: () => undefined }),
  protect: () => ({ [Symbol.dispose]: () => undefined }),
}

function rotate(file: string): void {
  for (let number = OLD_FILES - 1; number >= 1; number--) {
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`)
  }
  renameSync(file, `${file}.1`)
}

function oneLine(parts: readonly unknown[]): string {
  const text = parts.map(part => (typeof part === 'string' ? part : describe(part))).join(' ')
  return text.slice(0, MAX_LINE_CHARACTERS).replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' | ')
}

function describe(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value)
  const cause = value.cause === undefined ? '' : ` <- ${describe(value.cause)}`
  return `${value.stack ?? `${value.name}: ${value.message}`}${cause}`
}
