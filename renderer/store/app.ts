import { create } from 'zustand'
import {
  createAppSlice,
  createAuditSlice,
  createBackupsSlice,
  createNodesSlice,
  createOperationsSlice,
  type AppSlice,
  type AuditSlice,
  type BackupsSlice,
  type NodesSlice,
  type OperationsSlice,
} from './facts'
import { createRemovalSlice, type RemovalSlice } from './removal'
import { createWatchSlice, type WatchSlice } from './watch'
import { createPlanSlice, createWindowSlice, type PlanSlice, type WindowSlice } from './window'

/** All the window knows. Never a secret. */
export type AppState = NodesSlice &
  BackupsSlice &
  OperationsSlice &
  AppSlice &
  AuditSlice &
  WindowSlice &
  PlanSlice &
  RemovalSlice &
  WatchSlice

/** The store. Selectors return stored values, never new objects. */
export const useApp = create<AppState>()((...tools) => ({
  ...createNodesSlice(...tools),
  ...createBackupsSlice(...tools),
  ...createOperationsSlice(...tools),
  ...createAppSlice(...tools),
  ...createAuditSlice(...tools),
  ...createWindowSlice(...tools),
  ...createPlanSlice(...tools),
  ...createRemovalSlice(...tools),
  ...createWatchSlice(...tools),
}))
