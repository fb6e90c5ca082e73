import type { Api, Command, Output, Sent } from '../shared/contract'
import type { PublicError } from '../shared/errors'

declare global {
  interface Window {
    /** Put there by the preload; the window's only door. */
    readonly api: Api
  }
}

/** A refused call, with what main let out of the failure. */
export class CallError extends Error {
  override readonly name = 'CallError'
  constructor(readonly problem: PublicError) {
    super(problem.message)
  }
}

/** Sends a command and unwraps the reply. @throws CallError with what main says of the failure. */
export async function call<C extends Command>(
  command: C,
  ...[input]: Sent<C> extends undefined ? [] : [Sent<C>]
): Promise<Output<C>> {
  const reply = await window.api.invoke(command, input as Sent<C>)
  if (reply.ok) return reply.value
  throw new CallError(reply.error)
}

/** What to show of any failure; what is not main's own word becomes `internal`. */
export function problemOf(error: unknown): PublicError {
  if (error instanceof CallError) return error.problem
  return { code: 'internal', message: error instanceof Error ? error.message : 'The window could not reach the app.' }
}
