import type { StateCreator } from 'zustand'
import type { EventData } from '../../shared/contract'
import type { Alert, WatchConfig, WatchState } from '../../shared/watch'
import type { AppState } from './app'

/** Latest facts about watching. */
export interface WatchSlice {
  /** Open ones, and those cleared within a week. */
  readonly alerts: readonly Alert[]
  readonly alertsState: 'loading' | 'ready'
  /** Null until main has said it. */
  readonly watch: WatchState | null
  readonly watchConfig: WatchConfig | null
  /** The latest point of any node, for an open chart. */
  readonly lastPoint: EventData<'pointAdded'> | null
  readonly alertsLoaded: (alerts: readonly Alert[]) => void
  readonly watchChanged: (watch: WatchState) => void
  readonly watchConfigChanged: (config: WatchConfig) => void
  readonly pointAdded: (added: EventData<'pointAdded'>) => void
}

/** Alerts, how watching goes, and how it is set. Points stay with the chart that shows them. */
export const createWatchSlice: StateCreator<AppState, [], [], WatchSlice> = set => ({
  alerts: [],
  alertsState: 'loading',
  watch: null,
  watchConfig: null,
  lastPoint: null,
  alertsLoaded: alerts => set({ alerts, alertsState: 'ready' }),
  watchChanged: watch => set({ watch }),
  watchConfigChanged: watchConfig => set({ watchConfig }),
  pointAdded: lastPoint => set({ lastPoint }),
})
