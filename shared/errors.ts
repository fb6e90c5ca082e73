import { z } from 'zod'

/** Failures a person can meet. The window translates codes, so a code is never renamed or reused. */
export const ErrorCode = z.enum([
  'bad-input',
  'untrusted-sender',
  'not-found',
  'protected',
  'credential-missing',
  'credential-refused',
  'key-unreadable',
  'agent-unavailable',
  'keychain-unavailable',
  'name-unknown',
  'connection-refused',
  'connection-lost',
  'handshake-failed',
  'host-key-unknown',
  'host-key-changed',
  'timeout',
  'aborted',
  'output-too-large',
  'command-failed',
  'check-failed',
  'node-missing',
  'openclaw-missing',
  'config-invalid',
  'version-older',
  'disk-full',
  'permission-denied',
  'guard-refused',
  'bad-answer',
  'file-changed',
  'backup-damaged',
  'backup-missing',
  'key-missing',
  'plan-stale',
  'plan-blocked',
  'busy',
  'data-folder-in-use',
  'database-damaged',
  'internal',
])
export type ErrorCode = z.infer<typeof ErrorCode>

/** What of a failure may leave main: no stack, no command output, no secret. `hint` is the next step for the person. */
export const PublicError = z.object({ code: ErrorCode, message: z.string(), hint: z.string().optional() })
export type PublicError = z.infer<typeof PublicError>

/** Details of an {@link AppError}: what the admin can do next, and the low-level cause (never shown). */
export interface AppErrorOptions extends ErrorOptions {
  readonly hint?: string
}

/** The one error type that crosses module borders. The message is for people; the code is for programs. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly hint: string | undefined
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, options)
    this.hint = options.hint
  }
}

/** The public part of any error. What is not an {@link AppError} becomes `internal` with a fixed message. */
export function toPublic(error: unknown): PublicError {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  }
  return {
    code: 'internal',
    message: 'Something went wrong inside OCM.',
    hint: 'The log has the details. Open it from Settings.',
  }
}

/** An {@link AppError} again from its public part, after it crossed a process border. */
export function fromPublic(error: PublicError): AppError {
  return new AppError(error.code, error.message, error.hint === undefined ? {} : { hint: error.hint })
}
