import { z } from 'zod'
import { DeletionVerb, type DeletionItem } from '../../../shared/deletion'
import { countText } from '../../../shared/units'
import type { ActionContext, Outcome } from '../types'
import type { Part } from './part'

/**
 * How one item of a step ended. `gone`: this step took it away · `absent`: it was not there any more · `remains`: it is still
 * there, and why · `unknown`: could not be asked.
 */
export const ItemOutcome = z.object({
  id: z.string(),
  verb: DeletionVerb,
  name: z.string(),
  state: z.enum(['gone', 'absent', 'remains', 'unknown']),
  text: z.string(),
})
export type ItemOutcome = z.infer<typeof ItemOutcome>

/** Under this name a run keeps how each item ended. */
export const OUTCOMES = 'deletion'

/** A note names so many items; the rest is counted. */
const MOST_NAMED = 12

/** What a run knows so far of each item, the latest of each step. */
export function outcomesOf(context: Pick<ActionContext, 'data'>): readonly ItemOutcome[] {
  const json = context.data(OUTCOMES)
  return json === null ? [] : z.array(ItemOutcome).parse(JSON.parse(json))
}

/** Collects how the items of one step ended; each is on disk at once. */
export class Outcomes {
  readonly #rows: ItemOutcome[] = []

  constructor(private readonly part: Part) {}

  /** Notes how an item ended. */
  note(item: Pick<DeletionItem, 'id' | 'name'>, state: ItemOutcome['state'], text = ''): void {
    const { context, verb } = this.part
    const row = { id: item.id, verb, name: item.name, state, text }
    this.#rows.push(row)
    const others = outcomesOf(context).filter(other => other.id !== row.id || other.verb !== verb)
    context.saveData(OUTCOMES, JSON.stringify([...others, row]))
    context.note(sentenceOf(row))
  }

  /** The step's outcome: done only when nothing remains and nothing is unknown. `more` comes first in the note. */
  summary(nothing: string, more = ''): Outcome {
    const left = this.#rows.filter(row => row.state === 'remains' || row.state === 'unknown')
    const gone = this.#rows.filter(row => row.state === 'gone')
    const absent = this.#rows.filter(row => row.state === 'absent')
    const parts = [
      more,
      ...(this.#rows.length === 0 ? [nothing] : []),
      ...(gone.length === 0 ? [] : [`Gone: ${namesOf(gone)}.`]),
      ...(absent.length === 0 ? [] : [`Was not there any more: ${namesOf(absent)}.`]),
      ...(left.length === 0 ? [] : [`Left: ${left.slice(0, MOST_NAMED).map(sentenceOf).join(' ')}`]),
    ]
    const note = parts.filter(text => text !== '').join(' ')
    if (left.length === 0) return { state: 'done', note }
    const [first] = left
    return {
      state: 'failed',
      note,
      error: {
        code: 'check-failed',
        message: `${countText(left.length, 'item')} left: ${left.slice(0, MOST_NAMED).map(sentenceOf).join(' ')}`,
        hint:
          first?.state === 'unknown' ? 'Try what is left again.' : 'Mend what is named, then try what is left again.',
      },
    }
  }
}

function sentenceOf({ name, state, text }: ItemOutcome): string {
  if (state === 'gone') return `${name} is gone.`
  if (state === 'absent') return `${name} was not there any more.`
  return `${name}: ${text}`
}

function namesOf(rows: readonly ItemOutcome[]): string {
  const named = rows.slice(0, MOST_NAMED).map(row => row.name)
  const more = rows.length - named.length
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
