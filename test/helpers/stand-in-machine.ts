/** What the machines that stand for a Mac and for Windows have in common: a package, a key, and an OCM that knows them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createServices, type Services } from '../../main/services'
import { DeletionOptions } from '../../shared/deletion'
import type { Operation, Plan } from '../../shared/plan'
import { standIns } from '../demo/find'
import type { HostedSshServer } from '../demo/hosted-ssh-server'
import { newClientKey } from '../demo/ssh-server'
import { PROGRAM_FILE } from './nodes'
import type { TempFolder } from './temp'

/** OCM with one machine in its list. */
export interface Known {
  readonly nodeId: string
  readonly services: Services
  plan(change?: Partial<DeletionOptions>): Promise<Plan>
  run(plan: Plan): Promise<Operation>
  resume(operationId: string): Promise<Operation>
}

/** A key pair that OCM may log in with: its private part in a file, its public part as a line of `authorized_keys`. */
export interface ClientKey {
  readonly path: string
  readonly line: string
}

/** Makes a key pair in a folder. */
export function clientKeyIn(folder: TempFolder): ClientKey {
  const key = newClientKey()
  const path = folder.join('key')
  writeFileSync(path, key.private, { mode: 0o600 })
  return { path, line: key.public }
}

/** Where the machine listens and as whom OCM logs in there, and what it is to OCM's remote program. */
export interface MachineAccess {
  readonly label: string
  readonly user: string
  readonly server: HostedSshServer
  readonly key: ClientKey
  /** Runs before the remote program, so that it takes its Node.js for one of another system. */
  readonly platform: string
}

/** Makes the machine known to an OCM of its own, whose data lies in the folder; it ends with `undo`. */
export async function makeKnown(
  undo: AsyncDisposableStack,
  folder: TempFolder,
  { label, user, server, key, platform }: MachineAccess,
): Promise<Known> {
  const programFile = folder.join('remote.cjs')
  writeFileSync(programFile, `${platform}\n${readFileSync(PROGRAM_FILE, 'utf8')}`)
  const dataDir = folder.join('data')
  const services = undo.use(
    await createServices({ dataDir, programFile, isDemo: true, console: false, keychain: null }),
  )
  const auth = { method: 'key' as const, keyPath: key.path }
  const { port } = server
  const { id: nodeId } = services.registry.add({
    ...{ label, host: '127.0.0.1', port, user, auth, tags: [], isProtected: false },
  })
  services.hostKeys.trust(nodeId, server.hostFingerprint)
  const { deletionPlanner, operations } = services
  return {
    ...{ nodeId, services },
    plan: change => deletionPlanner.delete(nodeId, DeletionOptions.parse(change ?? {})),
    run: async plan => operations.settled((await operations.start(plan)).id),
    resume: operationId => operations.settled(operations.resume(operationId).id),
  }
}

/** The package as npm lays it out, with the stand-in for its program. */
export async function placePackage(root: string): Promise<void> {
  await mkdir(join(root, 'dist'), { recursive: true })
  const manifest = { name: 'openclaw', version: '2026.9.6', type: 'module', bin: { openclaw: 'openclaw.mjs' } }
  await writeFile(join(root, 'package.json'), JSON.stringify(manifest))
  await copyFile(join(standIns(), 'openclaw.mjs'), join(root, 'dist/index.js'))
  await copyFile(join(standIns(), 'node-run.mjs'), join(root, 'dist/node-run.mjs'))
  await writeFile(join(root, 'openclaw.mjs'), "#!/usr/bin/env node\nimport './dist/index.js'\n", { mode: 0o755 })
}
