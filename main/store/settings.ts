import { z } from 'zod'
import { Settings } from '../../shared/contract'
import { jsonOf, type Store } from './database'

/** What the admin has set. */
export interface SettingsStore {
  get(): Settings
  /** Changes the given fields; answers all. */
  set(change: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Settings
}

const DEFAULTS: Settings = { theme: 'system', layout: 'grid', openAtLogin: false }
const Row = z.object({ key: z.string(), value: jsonOf(z.unknown()) })

/** Settings in OCM's database, one row each. A value that no longer fits falls back to its default. */
export function createSettings(store: Store): SettingsStore {
  const get = (): Settings => {
    const stored = new Map(store.all(Row, 'SELECT key, value FROM settings').map(row => [row.key, row.value]))
    const pick = <K extends keyof Settings>(key: K): Settings[K] => {
      const parsed = Settings.shape[key].safeParse(stored.get(key))
      return parsed.success ? (parsed.data as Settings[K]) : DEFAULTS[key]
    }
    return { theme: pick('theme'), layout: pick('layout'), openAtLogin: pick('openAtLogin') }
  }
  return {
    get,
    set: change => {
      const fields = Settings.partial().parse(change)
      store.transaction(() => {
        for (const [key, value] of Object.entries(fields)) {
          store.run('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)', key, JSON.stringify(value))
        }
      })
      return get()
    },
  }
}
