import type { Operation } from '../shared/plan'
import { call, problemOf } from './api'
import { useApp } from './store/app'
import { placeFrom } from './lib/place'

/** Subscribes once to all that main announces, then asks for the first facts. The result unsubscribes. */
export function connect(): () => void {
  const app = useApp.getState()
  const { api } = window
  const stops = [
    api.on('nodeChanged', app.nodeChanged),
    api.on('nodeRemoved', ({ nodeId }) => app.nodeRemoved(nodeId)),
    api.on('testStage', ({ nodeId, stage }) => app.stageArrived(nodeId, stage)),
    api.on('operationChanged', operation => {
      app.operationChanged(operation)
      offerRecoverySheet(operation)
    }),
    api.on('stepChanged', ({ operationId, status }) => app.stepChanged(operationId, status)),
    api.on('backupsChanged', app.backupsLoaded),
    api.on('auditAdded', app.auditAdded),
    api.on('secretUsed', use => {
      const view = useApp.getState().nodes[use.nodeId]
      if (view !== undefined) app.nodeChanged({ ...view, lastSecretUse: use })
    }),
    api.on('settingsChanged', app.settingsChanged),
    api.on('appChanged', app.infoChanged),
    api.on('navigate', ({ to }) => app.goTo(placeFrom(to))),
  ]
  void loadFacts()
  return () => {
    for (const stop of stops) stop()
  }
}

/** Once the first backup ever is there, the sheet that opens it without this computer is offered. Never for a demo. */
function offerRecoverySheet({ state, plan }: Operation): void {
  const { info, backups, nodes, dialog, openDialog } = useApp.getState()
  if (plan.kind !== 'backup' || state !== 'done' || dialog !== null || backups.length > 1) return
  if (info === null || info.isDemo || info.hasRecoverySheet) return
  if (plan.source !== null && nodes[plan.source]?.record.isDemo !== true) openDialog({ kind: 'recovery-sheet' })
}

/** Asks for everything the first view needs. Each part stands alone: one refusal leaves the others. */
export async function loadFacts(): Promise<void> {
  const app = useApp.getState()
  const ignore = () => undefined // these two have defaults to stand on, and appChanged follows
  await Promise.all([
    call('app.info').then(app.infoChanged, ignore),
    call('settings.get').then(app.settingsChanged, ignore),
    call('nodes.list').then(app.nodesLoaded, (error: unknown) => app.nodesFailed(problemOf(error))),
    call('backups.list').then(app.backupsLoaded, app.backupsFailed),
    call('operations.list').then(app.operationsLoaded, ignore),
  ])
}
