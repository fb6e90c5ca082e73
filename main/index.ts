import { join } from 'node:path'
import type { NodeView } from '../shared/contract'
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

  function refresh(): void {
    services.fleet.surveyAll().catch((error: unknown) => log.error(`survey: ${describeError(error)}`))
  }
}
