import type { StateCreator } from 'zustand'
import type { PublicError } from '../../shared/errors'
import type { CleanOptions } from '../../shared/cleaning'
import type { DeletionOptions } from '../../shared/deletion'
import type { Plan, PlanOptions } from '../../shared/plan'
import type { CleanKind } from '../../shared/watch'
import type { AppState } from './app'

/** Where the window is. */
export type Place =
  | { readonly view: 'fleet' }
  | { readonly view: 'node'; readonly id: string }
  | { readonly view: 'alerts' }
  | { readonly view: 'alert'; readonly id: string }
  | { readonly view: 'backups' }
  | { readonly view: 'activity' }
  | { readonly view: 'settings' }
  | { readonly view: 'plan' }
  | { readonly view: 'operation'; readonly id: string }

/** The dialog that is open, at most one. */
export type OpenDialog =
  | { readonly kind: 'add-node' }
  | { readonly kind: 'edit-node'; readonly nodeId: string }
  | { readonly kind: 'test-node'; readonly nodeId: string }
  | { readonly kind: 'remove-node'; readonly nodeId: string }
  | { readonly kind: 'forget-node'; readonly nodeId: string }
  | { readonly kind: 'migrate-to'; readonly nodeId: string }
  | { readonly kind: 'restore-onto'; readonly nodeId: string }
  | { readonly kind: 'restore-to'; readonly backupId: string }
  | { readonly kind: 'remove-backup'; readonly backupId: string }
  | { readonly kind: 'show-backup'; readonly backupId: string }
  | { readonly kind: 'import-locked'; readonly ticket: string; readonly file: string }
  | { readonly kind: 'known-hosts'; readonly backTo: string | null }
  | { readonly kind: 'recovery-sheet' }
  | { readonly kind: 'palette' }

/** A short message in the corner. */
export interface Notice {
  readonly id: number
  readonly tone: 'fine' | 'attention' | 'critical'
  readonly title: string
  readonly text: string
}

/** Navigation, dialogs, notices and what is being dragged. */
export interface WindowSlice {
  readonly place: Place
  readonly before: Place
  readonly dialog: OpenDialog | null
  readonly notices: readonly Notice[]
  readonly announcement: string
  readonly cargo: { readonly kind: 'node' | 'backup'; readonly id: string } | null
  readonly isShelfOpen: boolean
  readonly goTo: (place: Place) => void
  readonly openDialog: (dialog: OpenDialog) => void
  readonly closeDialog: () => void
  readonly notify: (notice: Omit<Notice, 'id'>) => void
  readonly dismiss: (id: number) => void
  readonly announce: (text: string) => void
  readonly pickUp: (kind: 'node' | 'backup', id: string) => void
  readonly putDown: () => void
  readonly toggleShelf: () => void
}

/** Wide windows show the shelf of backups at rest; narrow ones only while dragging. */
const SHELF_FROM_WIDTH = 1080

/** Window state: nothing main would know. */
export const createWindowSlice: StateCreator<AppState, [], [], WindowSlice> = set => ({
  place: { view: 'fleet' },
  before: { view: 'fleet' },
  dialog: null,
  notices: [],
  announcement: '',
  cargo: null,
  isShelfOpen: window.innerWidth >= SHELF_FROM_WIDTH,
  goTo: place =>
    set(({ place: from, before }) => ({
      place,
      before: from.view === 'plan' || from.view === 'operation' ? before : from,
      cargo: null,
    })),
  openDialog: dialog => set({ dialog }),
  closeDialog: () => set({ dialog: null }),
  notify: notice =>
    set(({ notices }) => ({ notices: [...notices.slice(-3), { ...notice, id: (notices.at(-1)?.id ?? 0) + 1 }] })),
  dismiss: id => set(({ notices }) => ({ notices: notices.filter(notice => notice.id !== id) })),
  announce: announcement => set({ announcement }),
  pickUp: (kind, id) => set({ cargo: { kind, id } }),
  putDown: () => set({ cargo: null }),
  toggleShelf: () => set(({ isShelfOpen }) => ({ isShelfOpen: !isShelfOpen })),
})

/** What a plan was asked for, so that it can be asked again with other options. */
export type PlanRequest =
  | { readonly kind: 'backup'; readonly nodeId: string }
  | { readonly kind: 'restore'; readonly backupId: string; readonly nodeId: string }
  | { readonly kind: 'migrate'; readonly source: string; readonly target: string }
  | { readonly kind: 'return'; readonly operationId: string }
  | { readonly kind: 'remove'; readonly nodeId: string }
  | { readonly kind: 'release'; readonly nodeId: string }
  | { readonly kind: 'clean'; readonly nodeId: string; readonly what: CleanKind }

/** What the admin chose for a deletion. With `days`, the node is stopped now and deleted then. */
export type RemovalChoices = Partial<DeletionOptions> & { readonly days?: number | null }

/** What the admin chose; only what was chosen is sent. */
export type Choices = Partial<PlanOptions> & {
  readonly removal?: RemovalChoices
  readonly cleaning?: Partial<CleanOptions>
}

/** The plan on the sheet. One at a time. */
export interface PlanSlice {
  readonly request: PlanRequest | null
  readonly choices: Choices
  readonly plan: Plan | null
  readonly planState: 'idle' | 'planning' | 'ready' | 'failed' | 'starting'
  readonly planProblem: PublicError | null
  readonly planAsked: (request: PlanRequest, choices: Choices) => void
  readonly planArrived: (plan: Plan) => void
  readonly planFailed: (problem: PublicError) => void
  readonly planStarting: () => void
  readonly planClosed: () => void
}

/** The sheet keeps the old plan while a new one is made, so that nothing jumps. */
export const createPlanSlice: StateCreator<AppState, [], [], PlanSlice> = set => ({
  request: null,
  choices: {},
  plan: null,
  planState: 'idle',
  planProblem: null,
  planAsked: (request, choices) =>
    set(state => ({
      request,
      choices,
      plan: state.request === request ? state.plan : null,
      planState: 'planning',
      planProblem: null,
    })),
  planArrived: plan => set({ plan, planState: 'ready', planProblem: null }),
  planFailed: planProblem => set(({ plan }) => ({ planProblem, planState: plan === null ? 'failed' : 'ready' })),
  planStarting: () => set({ planState: 'starting', planProblem: null }),
  planClosed: () => set({ request: null, plan: null, choices: {}, planState: 'idle', planProblem: null }),
})
