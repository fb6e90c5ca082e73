import { realPath } from '../path'
import type { OrphanFamily } from '../../shared/sample'
import { AppError } from '../../shared/errors'
import { whoAmI } from '../hello'
import { display } from '../paths'
import { agentDirsOf } from '../survey/agents'
import { findProfiles } from '../survey/found-profile'
import type { OrphanFolder } from './guards'
import { mayHoldOrphans } from './orphan-names'
import { watchedServices } from './services'
import { bytesOf, look, within, type ByteText } from './tree'

const MAX_DEPTH = 64

/** A state directory as it is on disk, without links in its path. */
export interface StateDir {
  readonly profile: string
  readonly path: ByteText
  /** Where the configuration lets agents keep their databases, by the agent's id; the others keep them in here. */
  readonly agentDirs: ReadonlyMap<string, string>
}

/** The state directories of this node: those that are found, and those named by hand. */
export async function stateDirs(extraStateDirs: readonly string[]): Promise<StateDir[]> {
  const account = whoAmI()
  const { services } = await watchedServices(account)
  return findProfiles(account.home, services, extraStateDirs).flatMap(profile => {
    const agentDirs = new Map(agentDirsOf(profile).map(({ agent, path }) => [agent, path]))
    try {
      return [{ profile: profile.name, path: bytesOf(realPath(profile.stateDir)), agentDirs }]
    } catch {
      return [] // It went just now.
    }
  })
}

/** A folder on the way through a state directory. */
export interface Visit {
  readonly folder: OrphanFolder
  /** Tells of a folder in it, to be visited later where that makes sense. */
  readonly enter: (name: ByteText) => void
}

/** Folders of a state directory in which orphans of these families may lie, as far as each visit tells of them. */
export function* orphanFolders(state: StateDir, families: ReadonlySet<OrphanFamily>): Generator<Visit> {
  const { path: stateDir, agentDirs } = state
  const folders: ByteText[] = ['']
  for (let rel = folders.pop(); rel !== undefined; rel = folders.pop()) {
    const parent = rel
    yield {
      folder: { stateDir, agentDirs, rel, path: rel === '' ? stateDir : within(stateDir, rel) },
      enter(name) {
        const inner = within(parent, name)
        if (mayHoldOrphans(inner, families) && inner.split('/').length <= MAX_DEPTH) folders.push(inner)
      },
    }
  }
}

/**
 * The folder that a group names, if it still is one of those that OCM tidies.
 * @throws AppError `guard-refused` for any other: outside the state directories, behind a link, or not OpenClaw's own.
 */
export function groupFolder(
  group: { readonly folder: string; readonly folderBytes?: string | undefined; readonly family: OrphanFamily },
  states: readonly StateDir[],
): OrphanFolder | undefined {
  const path =
    group.folderBytes === undefined
      ? bytesOf(group.folder)
      : Buffer.from(group.folderBytes, 'base64').toString('latin1')
  const refuse = (why: string): AppError =>
    new AppError('guard-refused', `OCM does not tidy ${display(group.folder)}: ${why}.`)
  const state = states.find(({ path: stateDir }) => path === stateDir || path.startsWith(`${stateDir}/`))
  if (state === undefined) throw refuse('it is not inside a state directory of OpenClaw')
  const rel = path.slice(state.path.length + 1)
  const names = rel === '' ? [] : rel.split('/')
  if (names.some(name => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
    throw refuse('it is not written plainly')
  }
  if (!mayHoldOrphans(rel, new Set([group.family]))) throw refuse('nothing of that kind is left there')
  for (let depth = 0; depth <= names.length; depth += 1) {
    const stats = look([state.path, ...names.slice(0, depth)].join('/'))
    if (stats === undefined) return undefined // Gone: so nothing is left there.
    if (stats.isSymbolicLink()) throw refuse('there is a link on the way')
    if (!stats.isDirectory()) throw refuse('it is not a folder')
  }
  return { stateDir: state.path, agentDirs: state.agentDirs, rel, path }
}
