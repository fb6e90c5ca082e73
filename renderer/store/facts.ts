import type { StateCreator } from 'zustand'
import type { AppInfo, AuditEntry, NodeView, Settings } from '../../shared/contract'
import type { BackupSummary } from '../../shared/backup'
import type { TestStage } from '../../shared/node'
import type { Operation, StepStatus } from '../../shared/plan'
import type { PublicError } from '../../shared/errors'
import type { AppState } from './app'

/** Latest facts about nodes. `order` is main's. */
export interface NodesSlice {
  readonly nodes: Readonly<Record<string, NodeView>>
  readonly order: readonly string[]
  readonly nodesState: 'loading' | 'ready' | 'failed'
  readonly nodesProblem: PublicError | null
  readonly stages: Readonly<Record<string, readonly TestStage[]>>
  readonly nodesLoaded: (views: readonly NodeView[]) => void
  readonly nodesFailed: (problem: PublicError) => void
  readonly nodeChanged: (view: NodeView) => void
  readonly nodeRemoved: (id: string) => void
  readonly stagesCleared: (nodeId: string) => void
  readonly stageArrived: (nodeId: string, stage: TestStage) => void
}

/** Nodes and the stages of their running tests. */
export const createNodesSlice: StateCreator<AppState, [], [], NodesSlice> = set => ({
  nodes: {},
  order: [],
  nodesState: 'loading',
  nodesProblem: null,
  stages: {},
  nodesLoaded: views =>
    set({
      nodes: Object.fromEntries(views.map(view => [view.record.id, view])),
      order: views.map(view => view.record.id),
      nodesState: 'ready',
      nodesProblem: null,
    }),
  nodesFailed: problem => set({ nodesState: 'failed', nodesProblem: problem }),
  nodeChanged: view =>
    set(({ nodes, order }) => {
      const { id } = view.record
      return { nodes: { ...nodes, [id]: view }, order: order.includes(id) ? order : [...order, id] }
    }),
  nodeRemoved: id =>
    set(({ nodes, order }) => {
      const { [id]: _gone, ...rest } = nodes
      return { nodes: rest, order: order.filter(other => other !== id) }
    }),
  stagesCleared: nodeId => set(({ stages }) => ({ stages: { ...stages, [nodeId]: [] } })),
  stageArrived: (nodeId, stage) =>
    set(({ stages }) => {
      const others = (stages[nodeId] ?? []).filter(known => known.stage !== stage.stage)
      return { stages: { ...stages, [nodeId]: [...others, stage] } }
    }),
})

/** Latest list of backups. */
export interface BackupsSlice {
  readonly backups: readonly BackupSummary[]
  readonly backupsState: 'loading' | 'ready' | 'failed'
  /** Why they could not be listed; `key-missing` means locked. */
  readonly backupsProblem: PublicError | null
  readonly backupsLoaded: (backups: readonly BackupSummary[]) => void
  readonly backupsFailed: (problem: PublicError) => void
}

/** Backups, newest first. */
export const createBackupsSlice: StateCreator<AppState, [], [], BackupsSlice> = set => ({
  backups: [],
  backupsState: 'loading',
  backupsProblem: null,
  backupsLoaded: backups =>
    set({
      backups: [...backups].sort((a, b) => b.at.localeCompare(a.at)),
      backupsState: 'ready',
      backupsProblem: null,
    }),
  backupsFailed: backupsProblem => set({ backupsState: 'failed', backupsProblem }),
})

/** Latest facts about runs. */
export interface OperationsSlice {
  readonly operations: Readonly<Record<string, Operation>>
  readonly operationsLoaded: (operations: readonly Operation[]) => void
  readonly operationChanged: (operation: Operation) => void
  readonly stepChanged: (operationId: string, status: StepStatus) => void
}

/** Runs by id. */
export const createOperationsSlice: StateCreator<AppState, [], [], OperationsSlice> = set => ({
  operations: {},
  operationsLoaded: operations => set({ operations: Object.fromEntries(operations.map(one => [one.id, one])) }),
  operationChanged: operation =>
    set(({ operations }) => ({ operations: { ...operations, [operation.id]: operation } })),
  stepChanged: (operationId, status) =>
    set(({ operations }) => {
      const operation = operations[operationId]
      if (operation === undefined) return {}
      const isKnown = operation.steps.some(step => step.stepId === status.stepId)
      const steps = isKnown
        ? operation.steps.map(step => (step.stepId === status.stepId ? status : step))
        : [...operation.steps, status]
      return { operations: { ...operations, [operationId]: { ...operation, steps } } }
    }),
})

/** Facts about the app itself. */
export interface AppSlice {
  readonly info: AppInfo | null
  readonly settings: Settings
  readonly infoChanged: (info: AppInfo) => void
  readonly settingsChanged: (settings: Settings) => void
}

/** App and settings; until they arrive, the defaults stand. */
export const createAppSlice: StateCreator<AppState, [], [], AppSlice> = set => ({
  info: null,
  settings: { theme: 'system', layout: 'grid', openAtLogin: false },
  infoChanged: info => set({ info }),
  settingsChanged: settings => set({ settings }),
})

/** The audit log as far as it is loaded, newest first. */
export interface AuditSlice {
  readonly audit: readonly AuditEntry[]
  readonly auditState: 'unasked' | 'loading' | 'partial' | 'complete' | 'failed'
  readonly auditAsked: () => void
  readonly auditFailed: () => void
  readonly auditLoaded: (entries: readonly AuditEntry[], isComplete: boolean) => void
  readonly auditAdded: (entry: AuditEntry) => void
}

/** Audit entries; each once, whatever way it came. */
export const createAuditSlice: StateCreator<AppState, [], [], AuditSlice> = set => ({
  audit: [],
  auditState: 'unasked',
  auditAsked: () => set({ auditState: 'loading' }),
  auditFailed: () => set({ auditState: 'failed' }),
  auditLoaded: (entries, isComplete) =>
    set(({ audit }) => ({ audit: merge(audit, entries), auditState: isComplete ? 'complete' : 'partial' })),
  auditAdded: entry => set(({ audit }) => ({ audit: merge(audit, [entry]) })),
})

function merge(old: readonly AuditEntry[], more: readonly AuditEntry[]): readonly AuditEntry[] {
  const bySeq = new Map([...old, ...more].map(entry => [entry.seq, entry]))
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq)
}
