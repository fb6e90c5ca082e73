import { randomUUID } from 'node:crypto'
import { AppError } from '../shared/errors'

/** Keeps the one thing a person picked last in a dialog of main. The window gets a ticket for it, never a path. */
export class Tickets<T> {
  #held: { readonly ticket: string; readonly value: T } | null = null

  /** Keeps it in place of what was kept before. */
  put(value: T): string {
    const ticket = randomUUID()
    this.#held = { ticket, value }
    return ticket
  }

  /** @throws AppError `not-found` when another has taken its place. */
  get(ticket: string): T {
    if (this.#held?.ticket === ticket) return this.#held.value
    throw new AppError('not-found', 'This choice is no longer there.', { hint: 'Choose the file again.' })
  }
}
