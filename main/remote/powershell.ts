import { AppError } from '../../shared/errors'
import type { Argv } from '../../shared/plan'
import { scriptText } from '../../shared/powershell'
import { MIB } from '../../shared/units'
import type { Channel, Connection, ExecResult } from '../ssh/types'

/** A question to Windows PowerShell (5.1). */
export interface Script {
  /** What it is for, in a word or two; it stands in its first line. */
  readonly purpose: string
  /** Finds what it is asked in `$asked`, prints lines with `Say`, and throws where it cannot answer. */
  readonly text: string
  /** Goes up on stdin, never into the command line. */
  readonly data?: unknown
}

/** How one question is bounded. The limit is kept here: there is no `timeout` on Windows. */
export interface ScriptOptions {
  readonly limitMs: number
  readonly signal?: AbortSignal
}

/** What cmd.exe takes in one line is 8191 characters; the SSH server puts some of its own around ours. */
const LONGEST_LINE = 8000

/**
 * What every script begins with: errors end it, and what it prints is UTF-8 whatever the machine's language. A console may not
 * be there, so that its encoding cannot be set; the bytes are written as they are.
 */
const BEGINNING = `
  $ErrorActionPreference = 'Stop'
  $ProgressPreference = 'SilentlyContinue'
  $output = [Console]::OpenStandardOutput()
  $tab = [char]9
  $feed = [char]10
  function Write-Bytes($bytes) {
    $output.Write($bytes, 0, $bytes.Length)
    $output.Flush()
  }
  function Say($text) {
    Write-Bytes ([Text.Encoding]::UTF8.GetBytes("$text" + $feed))
  }
`

/** PowerShell hands what comes on stdin to `$input`. Base64, so that no encoding of a console touches it, nor what it adds. */
const DATA = `
  $packed = "$input" -replace '[^A-Za-z0-9+/=]', ''
  $asked = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($packed)) | ConvertFrom-Json
`

/** An error is told in words, with a status of its own: never swallowed into an empty answer. */
const ENDING = `
  } catch {
    $words = [Text.Encoding]::UTF8.GetBytes($_.Exception.Message)
    $errors = [Console]::OpenStandardError()
    $errors.Write($words, 0, $words.Length)
    exit 1
  }
`

/** The line that asks, for cmd.exe, PowerShell and POSIX shells alike: nothing in it needs quotes. @throws AppError `bad-input`. */
export function scriptLine({ purpose, text, data }: Script): string {
  const body = [BEGINNING, 'try {', data === undefined ? '' : DATA, text, ENDING].join('\n')
  const encoded = Buffer.from(scriptText(purpose, body), 'utf16le').toString('base64')
  const line = `powershell -NoProfile -NonInteractive -EncodedCommand ${encoded}`
  if (line.length > LONGEST_LINE) throw new AppError('bad-input', 'This is too long for one command of Windows.')
  return line
}

/**
 * Runs these words as they are, not through any shell's eyes, marked with the run they are for. Its exit status is theirs.
 * Where PowerShell has no console it reads what a program complains of and makes errors of it, the first of which would
 * otherwise end the script with the program half done.
 * @throws AppError `bad-input` for what PowerShell cannot hand on.
 */
export function commandScript(argv: Argv, operationId: string): Script {
  return {
    purpose: purposeOf(operationId),
    text: `$ErrorActionPreference = 'Continue'\n& ${argv.map(word => quoted(handedOn(word))).join(' ')}\nexit $LASTEXITCODE`,
  }
}

function purposeOf(operationId: string): string {
  return `run ${operationId}`
}

/** What the command line of every command of a run has in it: base64 packs three bytes into four letters, the last may differ. */
export function markOf(operationId: string): string {
  const bytes = Buffer.from(`# ocm:${purposeOf(operationId)}`, 'utf16le')
  return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64')
}

/** The same as a person types it into PowerShell. */
export function powershellLine(argv: Argv): string {
  const words = argv.map(word => (/^[\w./\\:-]+$/.test(word) ? word : quoted(word)))
  return words[0]?.startsWith("'") === true ? `& ${words.join(' ')}` : words.join(' ')
}

/** One word for PowerShell: nothing in single quotes means anything but the quote, of which there are five kinds. */
export function quoted(word: string): string {
  return `'${word.replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`
}

/**
 * PowerShell 5.1 joins the words of a program to one line and sets quotes around those with spaces, but leaves quotes within
 * as they are and drops what is empty. Spaces between two quotes it takes for quoted already; `--%` it keeps for itself, also
 * in quotes, and hands on what follows unquoted.
 */
function handedOn(word: string): string {
  if (/[\0-\x1f]/.test(word))
    throw new AppError('bad-input', 'A command word for Windows cannot hold control characters.')
  if (word === '--%' || (/\s/.test(word) && !/\s/.test(word.replaceAll(/"[^"]*("|$)/g, '')))) {
    throw new AppError('bad-input', 'PowerShell cannot hand on this command word as it is.')
  }
  if (/\s/.test(word) && word.endsWith('\\')) {
    throw new AppError('bad-input', 'A command word with spaces cannot end with a backslash on Windows.')
  }
  return word === '' ? '""' : word.replaceAll(/(\\*)"/g, String.raw`$1$1\"`)
}

/** What a script printed, as bytes, and how it ended. */
export type Printed = Pick<ExecResult, 'code' | 'stderr'> & { readonly stdout: Buffer }

/**
 * Asks over one connection.
 * @throws AppError `timeout`, `aborted`, `connection-lost`, `output-too-large`, and what `scriptLine` throws.
 */
export async function runScript(connection: Connection, script: Script, options: ScriptOptions): Promise<Printed> {
  const limit = AbortSignal.timeout(options.limitMs)
  const stop = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal])
  const channel = await connection.open(scriptLine(script))
  const close = (): void => channel.close()
  stop.addEventListener('abort', close)
  if (stop.aborted) close()
  const output = collected(channel)
  channel.stdin.on('error', () => undefined) // How it ended tells.
  const { data } = script
  channel.stdin.end(data === undefined ? '' : `${Buffer.from(JSON.stringify(data), 'utf8').toString('base64')}\n`)
  const { code } = await channel.closed
  stop.removeEventListener('abort', close)
  if (options.signal?.aborted === true) throw new AppError('aborted', 'Cancelled.', { cause: options.signal.reason })
  if (limit.aborted) throw new AppError('timeout', 'PowerShell on the machine took too long.')
  if (output.isTooLarge()) throw new AppError('output-too-large', 'The machine printed too much.')
  if (code === null) throw new AppError('connection-lost', 'The connection to the node was lost.')
  return { code, stdout: output.stdout(), stderr: plainText(output.stderr().toString('utf8')) }
}

function collected(channel: Channel) {
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  let bytes = 0
  const into = (list: Buffer[]) => (part: Buffer) => {
    bytes += part.length
    if (bytes <= MIB) list.push(part)
    else channel.close()
  }
  channel.stdout.on('data', into(parts.stdout))
  channel.stderr.on('data', into(parts.stderr))
  return {
    isTooLarge: () => bytes > MIB,
    stdout: () => Buffer.concat(parts.stdout),
    stderr: () => Buffer.concat(parts.stderr),
  }
}

/** PowerShell writes what goes wrong as XML (CLIXML) when nobody is at its console: the words in it, for people. */
export function plainText(stderr: string): string {
  if (!stderr.includes('#< CLIXML')) return stderr
  const errors = [...stderr.matchAll(/<S S="Error">([^<]*)<\/S>/g)].map(([, words = '']) => words).join('')
  const others = stderr.replaceAll(/#< CLIXML|<Objs[\s\S]*?<\/Objs>/g, '').trim()
  const letters = errors
    .replaceAll(/_x([0-9A-F]{4})_/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
  return [others, withoutPlace(letters)].filter(text => text !== '').join('\n')
}

/** Where PowerShell read the complaint of a program itself, it says in five more lines where in the script that was. */
function withoutPlace(words: string): string {
  return words.replaceAll(/\r?\n[^\n]*\n\+ (?:[^\n]*\n)+? *\+ FullyQualifiedErrorId : NativeCommandError\s*/g, '\n')
}
