import { homedir } from 'node:os'
import { join } from 'node:path'
import type { NodeRecord } from '../../shared/node'
import { AppError } from '../../shared/errors'
import { createServices, type Services } from '../services'
import { SECOND } from '../../shared/units'
import type { Output } from './output'

/** Options every command has. */
export interface GlobalOptions {
  readonly dataDir?: string
  readonly json?: boolean
  readonly secretStdin?: boolean
  readonly wait?: string
  readonly verbose?: boolean
}

/** The data folder of the app on this machine, as Electron names it. */
export function defaultDataDir(): string {
  const home = homedir()
  switch (process.platform) {
    case 'win32':
      return join(process.env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'OCM')
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'OCM')
    default:
      return join(process.env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'OCM')
  }
}

/** Opens the services for one command. */
export function openServices(options: GlobalOptions, programFile: string): Promise<Services> {
  return createServices({
    dataDir: options.dataDir ?? process.env['OCM_DATA_DIR'] ?? defaultDataDir(),
    programFile,
    isDemo: false,
    console: options.verbose === true,
    waitMs: Number(options.wait ?? 0) * SECOND,
  })
}

/** A node by its label or id. @throws AppError `not-found` naming what there is. */
export function findNode({ registry }: Services, name: string): NodeRecord {
  const nodes = registry.list()
  const found = nodes.find(node => node.id === name || node.label.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  throw new AppError('not-found', `There is no node "${name}".`, {
    hint: nodes.length === 0 ? 'Add one: ocm nodes add' : `There are: ${nodes.map(node => node.label).join(', ')}`,
  })
}

/** What a command is given. */
export interface CommandContext {
  readonly services: Services
  readonly output: Output
  readonly options: GlobalOptions
  /** Lines of standard input, read when `--secret-stdin` was given. */
  readonly secrets: readonly string[]
  /** Asks for a secret without showing it; fails where there is no terminal. */
  ask(question: string): Promise<string>
}
