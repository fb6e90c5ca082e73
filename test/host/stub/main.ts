import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors'
import type { NodeView, Settings } from '../../../shared/contract'
import { NodeRecord } from '../../../shared/node'
import type { Bus, Handlers } from '../../../main/api'
import { prepareShell, type PreparedShell } from '../../../main/shell/prepare'
import { startShell } from '../../../main/shell/start'
import { createStubWatcher, type StubWatcher } from './watcher'

/** An app with the real shell and preload, and handlers that remember just enough to be looked at. */
const shell = prepareShell({ outDir: join(import.meta.dirname, '..'), homepage: 'https://example.org/ocm' })
if (shell !== null) void start(shell)

async function start(prepared: PreparedShell): Promise<void> {
  const bus = createBus()
  const nodes = new Map<string, NodeView>()
  const write = (line: string): void => appendFileSync(join(prepared.dataDir, 'stub.log'), `${line}\n`)
  const watcher = createStubWatcher(bus, { write, file: join(prepared.dataDir, 'stub-alerts.json') })
  write('started')
  await startShell({
    shell: prepared,
    handlers: createHandlers(prepared, { bus, nodes, watcher }),
    bus,
    log: { info: write, warn: write, error: write },
    nodes: () => [...nodes.values()],
    watcher,
    // Notifications of another platform than the one the spec runs on.
    platform: (process.env['OCM_STUB_PLATFORM'] ?? process.platform) as NodeJS.Platform,
    onResume: () => write('resumed'),
    onQuit: () => {
      write('closed in order')
      return Promise.resolve()
    },
  })
}

function createBus(): Bus {
  const listeners = new Set<Parameters<Bus['listen']>[0]>()
  return {
    emit: (event, data) => {
      for (const listener of listeners) listener(event, data)
    },
    listen: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}

interface StubParts {
  readonly bus: Bus
  readonly nodes: Map<string, NodeView>
  readonly watcher: StubWatcher
}

function createHandlers(prepared: PreparedShell, { bus, nodes, watcher }: StubParts): Handlers {
  let settings: Settings = { theme: 'light', layout: 'grid', openAtLogin: false }
  const known: Partial<Handlers> = {
    ...watcher.handlers,
    'app.info': () => Promise.resolve(appInfo(prepared)),
    'app.openExternal': ({ url }) => prepared.desktop.openExternal(url),
    'settings.get': () => Promise.resolve(settings),
    'settings.set': changes => {
      settings = { ...settings, ...(changes as Settings) }
      bus.emit('settingsChanged', settings)
      return Promise.resolve(settings)
    },
    'nodes.add': input => {
      const record = NodeRecord.parse({
        ...input,
        id: crypto.randomUUID(),
        createdAt: new Date().toISOString(),
        isDemo: true,
      })
      const view = viewOf(record)
      nodes.set(record.id, view)
      bus.emit('nodeChanged', view)
      return Promise.resolve(record)
    },
    'nodes.exportFile': () => prepared.desktop.saveFile({ title: 'Export nodes', defaultName: 'nodes.json' }),
    // Out of contract on purpose.
    'audit.list': () => Promise.resolve([{ seq: 'one' }] as never),
    'nodes.setSecret': ({ secret }) =>
      Promise.reject(new AppError('keychain-unavailable', `No keychain (${secret.length})`)),
  }
  const refuse = (): Promise<never> => Promise.reject(new AppError('not-found', 'The stub has no such command.'))
  return new Proxy(known, { get: (target, name: keyof Handlers) => target[name] ?? refuse }) as Handlers
}

function appInfo({ version, dataDir }: PreparedShell): Awaited<ReturnType<Handlers['app.info']>> {
  return {
    version,
    runtime: `Node ${process.versions.node}`,
    sshCrypto: 'node:crypto',
    dataDir,
    backupDir: join(dataDir, 'backups'),
    logFile: join(dataDir, 'stub.log'),
    keychain: { state: 'absent', text: 'The stub has no keychain.' },
    isDemo: true,
    hasRecoverySheet: false,
    platform: process.platform,
  }
}

function viewOf(record: NodeRecord): NodeView {
  return {
    record,
    survey: null,
    reach: 'online',
    problem: null,
    lastSeenAt: null,
    secrets: [],
    lastSecretUse: null,
    hostKey: null,
    lastBackup: null,
    operationId: null,
    removal: null,
  }
}
