import { AppError } from '../../shared/errors'
import { runCommand } from '../run-command'
import { at, recordOf, textOf } from '../values-of'

/** How Windows PowerShell is asked: in one word that no shell on the way reads anything into. */
export function powershellCommand(script: string): readonly [string, ...string[]] {
  const encoded = Buffer.from(script, 'utf16le').toString('base64')
  return ['powershell', '-NoProfile', '-NonInteractive', '-EncodedCommand', encoded]
}

/**
 * The one object that a script answers with.
 * @throws AppError `command-failed` when PowerShell is not there, does not answer in time, or answers anything else.
 */
export async function askPowerShell(script: string, limitMs: number): Promise<Readonly<Record<string, unknown>>> {
  const { stdout, stderr, code } = await runCommand(powershellCommand(script), { limitMs }).catch((error: unknown) => {
    throw failed((error as Error).message)
  })
  const answer = recordOf(parsed(stdout))
  if (answer !== undefined && code === 0) return answer
  // What it says in words is in the system's language, and may be wrapped in XML: a hint for people, no more.
  throw failed(stderr.replace(/^#< CLIXML\s*/, '').trim() || `it ended with ${code} and without an answer`)
}

function failed(why: string): AppError {
  return new AppError('command-failed', `PowerShell could not be asked: ${why.slice(0, 300)}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // Cut off, or no answer at all.
  }
}

/** A list in an answer: PowerShell leaves the list out around a single entry, or counts it. Null: there is no list. */
export function listIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value as unknown[]
  const record = recordOf(value)
  if (record === undefined) return typeof value === 'string' ? [value] : null
  const inner = record['value']
  return Array.isArray(inner) && typeof record['Count'] === 'number' ? (inner as unknown[]) : [record]
}

/** The words of an error in a part of an answer; null when there is none. */
export function errorIn(part: unknown): string | null {
  if (recordOf(part) === undefined) return 'PowerShell did not answer it'
  return textOf(at(part, 'error')) ?? null
}
