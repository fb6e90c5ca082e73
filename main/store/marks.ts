import { z } from 'zod'
import { jsonOf, type Store } from './database'

/** Things that happened once, with when: e.g. `recovery-sheet`. */
export interface Marks {
  get(name: string): string | null
  set(name: string, at: string): void
}

const Row = z.object({ value: jsonOf(z.string()) })

/** Marks in OCM's database, beside the settings. */
export function createMarks(store: Store): Marks {
  return {
    get: name => store.all(Row, 'SELECT value FROM settings WHERE key = ?', `mark:${name}`)[0]?.value ?? null,
    set: (name, at) => {
      store.run('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)', `mark:${name}`, JSON.stringify(at))
    },
  }
}
