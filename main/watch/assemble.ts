import type { BackupSummary } from '../../shared/backup'
import { CleanOptions } from '../../shared/cleaning'
import { AppError, toPublic } from '../../shared/errors'
import type { EventData } from '../../shared/contract'
import type { Operation } from '../../shared/plan'
import type { Survey } from '../../shared/survey'
import type { Bus } from '../api'
import type { Fleet } from '../nodes/fleet'
import type { Registry } from '../nodes/registry'
import type { CleanPlanner } from '../plan/clean-planner'
import type { Operations } from '../plan/operations'
import type { Remotes } from '../remote/types'
import type { Audit } from '../store/audit'
import type { Store } from '../store/database'
import { AutomaticCleaning } from './automatic'
import { SYSTEM_CLOCK, type Clock } from './clock'
import { UndoKeeper } from './keeper'
import { WatchService } from './service'
import { createWatchStore } from './store'

/** What watching stands on. */
export interface WatchingParts {
  readonly store: Store
  readonly bus: Bus
  readonly audit: Audit
  readonly registry: Registry
  readonly remotes: Remotes
  readonly fleet: Fleet
  readonly operations: Operations
  readonly cleanPlanner: CleanPlanner
  readonly lastSurvey: (nodeId: string) => Survey | null
  readonly lastBackup: (nodeId: string) => BackupSummary | null
  readonly onFailure: (error: unknown) => void
  /** The machine's own unless a test brings one. */
  readonly clock?: Clock
}

/** Watching, with all that it does by itself. */
export interface Watching extends Disposable {
  readonly watcher: WatchService
  readonly keeper: UndoKeeper
  readonly automatic: AutomaticCleaning
}

/** Puts polling, rules, automatic clean-up and the purging of what was put aside together. */
export function assembleWatching(parts: WatchingParts): Watching {
  const { bus, registry, operations, fleet, onFailure, clock = SYSTEM_CLOCK } = parts
  const store = createWatchStore(parts.store)
  let isStarted = false
  const watcher: WatchService = new WatchService({
    ...{ store, clock, registry, remotes: parts.remotes, emit: bus.emit, onFailure },
    stateDirs: nodeId => parts.lastSurvey(nodeId)?.profiles.map(profile => profile.stateDir) ?? [],
    lastBackupAt: nodeId => {
      const last = parts.lastBackup(nodeId)
      return last === null ? null : Date.parse(last.at)
    },
    mayPoll: nodeId => isAtRest(nodeId, operations),
    afterPoint: (nodeId, point, error) => {
      void fleet.noteReach(nodeId, error === null ? null : toPublic(error)).catch(onFailure)
      if (isStarted && point.seen !== null) void automatic.consider(nodeId)
    },
    onStart: () => {
      isStarted = true
      keeper.start()
    },
  })
  const automatic = new AutomaticCleaning({
    ...{ clock, store, onFailure },
    config: () => watcher.config(),
    openAlerts: () => watcher.open(),
    plan: (nodeId, kind) => parts.cleanPlanner.clean(nodeId, kind, CleanOptions.parse({})),
    run: async plan => operations.settled((await operations.run(plan.id)).id),
    audit: (what, nodeId, text) =>
      void parts.audit.append({ what, nodeId, nodeLabel: registry.get(nodeId).label, text }),
    stop: (nodeId, kind, why) => {
      const before = watcher.config().nodes[nodeId]?.automatic
      const own = before?.[kind]
      if (own === undefined) return
      watcher.setNode(nodeId, { automatic: { ...before, [kind]: { ...own, isOn: false, stoppedBecause: why } } })
    },
  })
  const keeper = new UndoKeeper({ clock, registry, operations, isSeen: nodeId => watcher.isSeen(nodeId), onFailure })
  const listening = bus.listen((event, data) => {
    if (event === 'nodeChanged') watcher.noteNode((data as EventData<'nodeChanged'>).record.id)
    if (event === 'nodeRemoved') {
      const { nodeId } = data as EventData<'nodeRemoved'>
      watcher.forget(nodeId)
      automatic.forget(nodeId)
    }
    if (event === 'operationChanged') endReturnedBy(data as Operation, operations)
  })
  return {
    watcher,
    keeper,
    automatic,
    [Symbol.dispose]: () => {
      listening[Symbol.dispose]()
      keeper[Symbol.dispose]()
      watcher[Symbol.dispose]()
    },
  }
}

/** Runs that leave a node's services as they are. */
const HARMLESS: ReadonlySet<Operation['plan']['kind']> = new Set(['backup', 'clean'])

/** While a run changes a node, or it is on its way out, what it shows is no fault. */
function isAtRest(nodeId: string, operations: Operations): boolean {
  if (operations.removal(nodeId, null) !== null) return false
  const running = operations.holding(nodeId)
  return running === null || HARMLESS.has(operations.get(running).plan.kind)
}

/** What was put back cannot be put back once more. */
function endReturnedBy({ plan, state }: Operation, operations: Operations): void {
  if (plan.kind !== 'return' || state !== 'done') return
  for (const { action } of plan.steps) {
    if (action.type !== 'clean' || action.of === null) continue
    try {
      operations.endReturn(action.of)
    } catch (error) {
      if (!(error instanceof AppError)) throw error // Its record is gone: there is nothing to note.
    }
  }
}
