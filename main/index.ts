import { join } from 'node:path'
import type { NodeView } from '../shared/contract'
import type { Operation } from '../shared/plan'
import { createHandlers } from './handlers'
import { createServices, type Services } from './services'
import { describeError } from './shell/log'
import { prepareShell, type PreparedShell } from './shell/prepare'
import { startShell } from './shell/start'
import { cryptoInUse } from './ssh/crypto'

/**
 * The app's entry. It runs to its end at once: Electron becomes ready only afterwards, so nothing here may wait for it at
 * the top of the module.
 */
const outDir = join(import.meta.dirname, '..')
const shell = prepareShell({ outDir })
if (shell !== null) void run(shell)

async function run(prepared: PreparedShell): Promise<void> {
  try {
    const isDemo = process.env['OCM_DEMO'] === '1'
    const services = await createServices({
      dataDir: prepared.dataDir,
      programFile: join(outDir, 'main', 'remote.cjs'),
      isDemo,
      console: !prepared.isPackaged,
      ...(isDemo ? { keychain: null } : {}),
    })
    await open(prepared, services)
  } catch (error) {
    await prepared.fail(describeError(error))
  }
}

async function open(prepared: PreparedShell, services: Services): Promise<void> {
  const log = services.log.scope('app')
  const views = new Map<string, NodeView>()
  services.bus.listen((event, data) => {
    if (event === 'nodeChanged') views.set((data as NodeView).record.id, data as NodeView)
    if (event === 'operationChanged') afterCleanUp(data as Operation)
    if (event === 'nodeRemoved') views.delete((data as { nodeId: string }).nodeId)
  })
  for (const view of await services.fleet.list()) views.set(view.record.id, view)
  log.info(`OCM ${prepared.version} on ${prepared.runtime}, SSH crypto: ${cryptoInUse()}`)
  const handlers = createHandlers(services, {
    desktop: prepared.desktop,
    info: {
      version: prepared.version,
      runtime: prepared.runtime,
      sshCrypto: cryptoInUse(),
      platform: process.platform,
    },
  })
  await startShell({
    shell: prepared,
    handlers,
    bus: services.bus,
    log,
    nodes: () => [...views.values()],
    watcher: services.watcher,
    onResume: () => {
      services.pool.dropAll()
      refresh()
    },
    onQuit: async () => services[Symbol.asyncDispose](),
  })
  services.quarantineKeeper.start()
  services.watcher.start()
  await services.refreshBackups().catch((error: unknown) => log.warn(`backups: ${describeError(error)}`))
  refresh()

  /** What a clean-up ended is over at once, not only when its node is asked the next time. */
  function afterCleanUp({ state, plan }: Operation): void {
    const nodeId = plan.target ?? plan.source
    if (plan.kind !== 'clean' || state === 'running' || nodeId === null) return
    // The run still holds its node while it is told.
    setImmediate(() => {
      const failed = (error: unknown): void => log.warn(`after a clean-up: ${describeError(error)}`)
      services.watcher.checkNow(nodeId).catch(failed)
      services.fleet.survey(nodeId).catch(failed)
    })
  }

  function refresh(): void {
    services.fleet.surveyAll().catch((error: unknown) => log.error(`survey: ${describeError(error)}`))
  }
}
