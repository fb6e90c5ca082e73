import type { StateCreator } from 'zustand'
import type { AppState } from './app'

/** Which nodes are selected on the board, and which still wait for their deletion to be planned. */
export interface RemovalSlice {
  readonly selected: readonly string[]
  /** Nodes to plan after the one on the sheet, in order. */
  readonly removalQueue: readonly string[]
  readonly toggleSelected: (id: string) => void
  readonly clearSelected: () => void
  readonly removalQueued: (ids: readonly string[]) => void
}

/** Selecting changes nothing anywhere; a queue only says which plan is opened next. */
export const createRemovalSlice: StateCreator<AppState, [], [], RemovalSlice> = set => ({
  selected: [],
  removalQueue: [],
  toggleSelected: id =>
    set(({ selected }) => ({
      selected: selected.includes(id) ? selected.filter(other => other !== id) : [...selected, id],
    })),
  clearSelected: () => set({ selected: [] }),
  removalQueued: removalQueue => set({ removalQueue }),
})
