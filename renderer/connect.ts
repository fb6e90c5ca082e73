import type { BackupSummary } from '../shared/backup'
import { openPlan } from './actions'
import { call, problemOf } from './api'
import { useApp } from './store/app'
import { cleanUpFrom, placeFrom } from './lib/place'

/** Subscribes once to all that main announces, then asks for the first facts. The result unsubscribes. */
export function connect(): () => void {
  const app = useApp.getState()
  const { api } = window
  const stops = [
    api.on('nodeChanged', app.nodeChanged),
    api.on('nodeRemoved', ({ nodeId }) => app.nodeRemoved(nodeId)),
    api.on('testStage', ({ nodeId, stage }) => app.stageArrived(nodeId, stage)),
    api.on('operationChanged', app.operationChanged),
    api.on('stepChanged', ({ operationId, status }) => app.stepChanged(operationId, status)),
    api.on('backupsChanged', backups => {
      offerRecoverySheet(backups)
      app.backupsLoaded(backups)
    }),
    api.on('auditAdded', app.auditAdded),
    api.on('secretUsed', use => {
      const view = useApp.getState().nodes[use.nodeId]
      if (view !== undefined) app.nodeChanged({ ...view, lastSecretUse: use })
    }),
    api.on('settingsChanged', app.settingsChanged),
    api.on('appChanged', app.infoChanged),
    api.on('alertsChanged', app.alertsLoaded),
    api.on('watchChanged', app.watchChanged),
    api.on('watchConfigChanged', app.watchConfigChanged),
    api.on('pointAdded', app.pointAdded),
    api.on('navigate', ({ to }) => {
      const cleanUp = cleanUpFrom(to)
      if (cleanUp === undefined) app.goTo(placeFrom(to))
      else void openPlan(cleanUp)
    }),
  ]
  void loadFacts()
  return () => {
    for (const stop of stops) stop()
  }
}

/** Once a run has made the first backup ever, the sheet that opens it elsewhere is offered. Never for a demo. */
function offerRecoverySheet(backups: readonly BackupSummary[]): void {
  const { info, backups: known, backupsState, operations, nodes, dialog, openDialog } = useApp.getState()
  if (backupsState !== 'ready' || known.length > 0 || dialog !== null) return
  if (info === null || info.isDemo || info.hasRecoverySheet) return
  const isMadeHere = Object.values(operations).some(({ state }) => state === 'done')
  const isReal = backups.some(({ nodeId }) => nodes[nodeId]?.record.isDemo === false)
  if (isMadeHere && isReal) openDialog({ kind: 'recovery-sheet' })
}

/** Lists the backups; a refusal is a fact of its own. */
export async function loadBackups(): Promise<void> {
  const app = useApp.getState()
  await call('backups.list').then(app.backupsLoaded, (error: unknown) => app.backupsFailed(problemOf(error)))
}

/** Asks for everything the first view needs. Each part stands alone: one refusal leaves the others. */
export async function loadFacts(): Promise<void> {
  const app = useApp.getState()
  const ignore = () => undefined // these have defaults to stand on, and events follow
  await Promise.all([
    call('app.info').then(app.infoChanged, ignore),
    call('settings.get').then(app.settingsChanged, ignore),
    call('nodes.list').then(app.nodesLoaded, (error: unknown) => app.nodesFailed(problemOf(error))),
    loadBackups(),
    call('operations.list').then(app.operationsLoaded, ignore),
    call('watch.alerts').then(app.alertsLoaded, ignore),
    call('watch.state').then(app.watchChanged, ignore),
    call('watch.config').then(app.watchConfigChanged, ignore),
  ])
}
