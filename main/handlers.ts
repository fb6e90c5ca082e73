import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { AppInfo, KnownHostEntry } from '../shared/contract'
import { AppError } from '../shared/errors'
import { momentText } from '../shared/units'
import type { Desktop, Handlers } from './api'
import { certificateName, renderCertificate } from './deletion/render'
import { previewKnownHosts, readKnownHosts, trustEntries } from './nodes/known-hosts-import'
import { forget, refuseHeld } from './nodes/forget'
import { exportNodes, importNodes } from './nodes/transfer'
import { testStages } from './nodes/test-stages'
import type { Services } from './services'
import { Tickets } from './tickets'
import { createWatchHandlers } from './watch/handlers'

/** Facts only the shell knows. */
export interface HandlerOptions {
  readonly desktop: Desktop
  readonly info: Pick<AppInfo, 'version' | 'runtime' | 'sshCrypto' | 'platform'>
}

/** Serves the window's commands with the services. One line per command where it can be. */
export function createHandlers(services: Services, options: HandlerOptions): Handlers {
  const { registry, secrets, hostKeys, pool, remotes, fleet, planner, operations, settings, audit, bus } = services
  const { deletionPlanner, certificates } = services
  const { desktop } = options
  const record = (what: string, nodeId: string, text: string): void => {
    audit.append({ what, nodeId, nodeLabel: registry.get(nodeId).label, text })
  }
  /** Whatever was open was opened with the old facts. */
  const reconnect = (nodeId: string): void => {
    remotes.drop(nodeId)
    pool.drop(nodeId)
  }
  const knownHosts = new Tickets<readonly KnownHostEntry[]>()
  const lockedFiles = new Tickets<string>()
  /** A phrase is masked in the log for as long as it is in use. */
  const withPhrase = async <T>(phrase: string, use: () => Promise<T>): Promise<T> => {
    using _masked = services.log.protect(Buffer.from(phrase, 'utf8'))
    return await use()
  }
  const sheetIsSaved = async (): Promise<void> => {
    services.marks.set('recovery-sheet', new Date().toISOString())
    bus.emit('appChanged', await info())
  }
  const info = async (): Promise<AppInfo> => ({
    ...options.info,
    dataDir: services.dataDir,
    backupDir: services.backupDir,
    logFile: services.log.file,
    keychain: await secrets.state(),
    isDemo: services.isDemo,
    hasRecoverySheet: services.marks.get('recovery-sheet') !== null,
  })

  return {
    'app.info': info,
    'app.openExternal': ({ url }) => desktop.openExternal(url),
    'settings.get': () => Promise.resolve(settings.get()),
    'settings.set': change => {
      const all = settings.set(change)
      if (change.openAtLogin !== undefined) desktop.setOpenAtLogin(change.openAtLogin)
      bus.emit('settingsChanged', all)
      return Promise.resolve(all)
    },

    'nodes.list': () => fleet.list(),
    'nodes.add': input => {
      const added = registry.add(input)
      record('node added', added.id, added.label)
      return Promise.resolve(added)
    },
    'nodes.edit': ({ nodeId, input }) => {
      refuseHeld(operations, nodeId)
      const before = registry.get(nodeId)
      const after = registry.edit(nodeId, input)
      const isElsewhere = before.host !== after.host || before.port !== after.port
      if (isElsewhere) hostKeys.forget(nodeId)
      // A new name or protection is no reason to cut what looks at the node just now.
      if (isElsewhere || before.user !== after.user || !isDeepStrictEqual(before.auth, after.auth)) reconnect(nodeId)
      record('node edited', nodeId, after.label)
      return Promise.resolve(after)
    },
    'nodes.duplicate': ({ nodeId }) => Promise.resolve(registry.duplicate(nodeId)),
    'nodes.remove': ({ nodeId, typedName }) => forget(services, nodeId, typedName),
    'nodes.setSecret': async ({ nodeId, kind, secret }) => {
      registry.get(nodeId)
      await secrets.set(nodeId, kind, secret)
      reconnect(nodeId)
      await fleet.announce(nodeId)
    },
    'nodes.clearSecret': async ({ nodeId, kind }) => {
      await secrets.clear(nodeId, kind)
      await fleet.announce(nodeId)
    },
    'nodes.test': ({ nodeId }) => testStages(services, nodeId, stage => bus.emit('testStage', { nodeId, stage })),
    'nodes.trust': async ({ nodeId, fingerprint, replace }) => {
      hostKeys.trust(nodeId, fingerprint, { replace })
      reconnect(nodeId)
      record(replace ? 'host key replaced' : 'host key trusted', nodeId, fingerprint)
      await fleet.announce(nodeId)
    },
    'nodes.readKnownHosts': async ({ from }) => {
      const folder = join(homedir(), '.ssh')
      const own = join(folder, 'known_hosts')
      const file =
        from === 'own' ? own : await desktop.openFile({ title: 'Choose a known_hosts file', startIn: folder })
      if (file === null) return null
      const entries = previewKnownHosts(services, await readKnownHosts(file))
      return { ticket: knownHosts.put(entries), file, entries }
    },
    'nodes.trustKnownHosts': async ({ ticket, nodeIds }) => {
      const trusted = trustEntries(services, knownHosts.get(ticket), nodeIds)
      for (const { nodeId, hostKey } of trusted) {
        reconnect(nodeId)
        record('host key trusted', nodeId, `${hostKey.fingerprint}, from known_hosts`)
        await fleet.announce(nodeId)
      }
      return trusted.map(({ nodeId }) => nodeId)
    },
    'nodes.survey': ({ nodeId }) => fleet.survey(nodeId),
    'nodes.surveyAll': () => {
      fleet.surveyAll().catch((error: unknown) => services.log.scope('fleet').error('survey of all failed', error))
      return Promise.resolve()
    },
    'nodes.exportFile': async () => {
      const file = await desktop.saveFile({ title: 'Export nodes', defaultName: 'ocm-nodes.json' })
      if (file !== null) await writeFile(file, exportNodes(services), { mode: 0o600 })
      return file
    },
    'nodes.importFile': async () => {
      const file = await desktop.openFile({ title: 'Import nodes' })
      return file === null ? null : importNodes(services, await readFile(file, 'utf8'))
    },

    'backups.list': async () => [...(await services.refreshBackups())],
    'backups.show': async ({ backupId }) => {
      const { values, ...manifest } = (await (await services.repository()).open(backupId)).manifest
      return { ...manifest, valueNames: values.map(value => value.name) }
    },
    'backups.verify': async ({ backupId }) => {
      const summary = await (await services.repository()).verify(backupId)
      await services.refreshBackups()
      return summary
    },
    'backups.remove': async ({ backupId }) => {
      const summary = services.backups().find(row => row.id === backupId)
      await (await services.repository()).remove(backupId)
      audit.append({
        what: 'backup removed',
        nodeId: summary?.nodeId ?? null,
        nodeLabel: summary?.nodeLabel ?? null,
        text: summary === undefined ? 'A backup was deleted' : `The backup of ${momentText(summary.at)} was deleted`,
      })
      await services.refreshBackups()
    },
    'backups.exportFile': async ({ backupId }) => {
      const file = await desktop.saveFile({ title: 'Export backup', defaultName: `${backupId}.ocmbackup` })
      if (file !== null) await (await services.repository()).exportTo(backupId, file)
      return file
    },
    'backups.unlock': async ({ phrase }) => {
      await withPhrase(phrase, () => services.unlockBackups(phrase))
      await services.refreshBackups()
      // Whoever has the phrase has the sheet.
      await sheetIsSaved()
    },
    'backups.importFile': async () => {
      const repository = await services.repository()
      const file = await desktop.openFile({ title: 'Import backup' })
      if (file === null) return null
      try {
        const backup = await repository.importFrom(file)
        await services.refreshBackups()
        return { state: 'imported', backup }
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'key-missing') throw error
        return { state: 'locked', ticket: lockedFiles.put(file), file: basename(file) }
      }
    },
    'backups.importLocked': async ({ ticket, phrase }) => {
      const file = lockedFiles.get(ticket)
      const repository = await services.repository()
      const backup = await withPhrase(phrase, () => repository.importFrom(file, phrase))
      await services.refreshBackups()
      return backup
    },
    'backups.saveRecoverySheet': async () => {
      const file = await desktop.saveFile({ title: 'Save recovery sheet', defaultName: 'ocm-recovery-sheet.txt' })
      if (file === null) return null
      await writeFile(file, await (await services.repository()).recoverySheet(), { mode: 0o600 })
      await sheetIsSaved()
      return file
    },

    'plans.backup': ({ nodeId, options: chosen }) => planner.backup(nodeId, chosen),
    'plans.restore': ({ backupId, nodeId, options: chosen }) => planner.restore(backupId, nodeId, chosen),
    'plans.migrate': ({ source, target, options: chosen }) => planner.migrate(source, target, chosen),
    'plans.return': ({ operationId }) => planner.goBack(operations.get(operationId)),
    'plans.delete': ({ nodeId, options: chosen }) => deletionPlanner.delete(nodeId, chosen),
    'plans.quarantine': ({ nodeId, days, options: chosen }) => deletionPlanner.quarantine(nodeId, days, chosen),
    'plans.release': ({ nodeId }) => deletionPlanner.release(nodeId),
    'plans.run': ({ planId, typedName }) => operations.run(planId, { typedName }),

    'operations.list': () => Promise.resolve([...operations.list()]),
    'operations.cancel': ({ operationId }) => {
      operations.cancel(operationId)
      return Promise.resolve()
    },
    'operations.resume': ({ operationId }) => Promise.resolve(operations.resume(operationId)),
    'operations.rollBack': ({ operationId }) => Promise.resolve(operations.rollBack(operationId)),
    'operations.forceStop': ({ operationId }) => {
      operations.forceStop(operationId)
      return Promise.resolve()
    },

    'deletions.certificate': ({ operationId }) => Promise.resolve(certificates.get(operationId)),
    'deletions.saveCertificate': async ({ operationId, format }) => {
      const certificate = certificates.get(operationId)
      if (certificate === null) throw new AppError('not-found', 'This run has no certificate (yet).')
      const file = await desktop.saveFile({
        title: 'Save certificate',
        defaultName: certificateName(certificate, format),
      })
      if (file !== null) await writeFile(file, renderCertificate(certificate, format), { mode: 0o600 })
      return file
    },

    ...createWatchHandlers(services, desktop),

    'audit.list': ({ before }) => Promise.resolve([...audit.list(before === undefined ? {} : { before })]),
  }
}
