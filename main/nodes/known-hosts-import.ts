import { readFile, stat } from 'node:fs/promises'
import type { KnownHostEntry } from '../../shared/contract'
import { AppError } from '../../shared/errors'
import type { HostKey, NodeRecord } from '../../shared/node'
import type { HostKeys } from '../ssh/host-keys'
import { keysFromKnownHosts } from '../ssh/known-hosts'
import type { Registry } from './registry'

/** What an import of host keys works on. */
export interface KnownHostsParts {
  readonly registry: Pick<Registry, 'list'>
  readonly hostKeys: Pick<HostKeys, 'get' | 'offered' | 'replace'>
}

/** More is no list of host keys. */
const MAX_FILE_BYTES = 4 * 1024 * 1024

/** @throws AppError `not-found`, `permission-denied`, `bad-input` when the file is too large to be one. */
export async function readKnownHosts(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) {
      throw new AppError('bad-input', 'The file is too large for a list of host keys.', {
        hint: 'Choose a known_hosts file of OpenSSH.',
      })
    }
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const isThere = (cause as NodeJS.ErrnoException).code !== 'ENOENT'
    throw isThere
      ? new AppError('permission-denied', `${path} cannot be read.`, { cause })
      : new AppError('not-found', `There is no ${path}.`, { hint: 'Choose another file.', cause })
  }
}

/** What a `known_hosts` file says of the nodes OCM has. Changes nothing. Nodes the file does not name are left out. */
export function previewKnownHosts({ registry, hostKeys }: KnownHostsParts, text: string): KnownHostEntry[] {
  return registry.list().flatMap(node => {
    const keys = keysFromKnownHosts(text, node.host, node.port)
    return keys.length === 0
      ? []
      : [entryOf(node, keys, { known: hostKeys.get(node.id), shown: hostKeys.offered(node.id) })]
  })
}

function entryOf(
  { id: nodeId, label, host, port }: NodeRecord,
  keys: readonly HostKey[],
  { known, shown }: { readonly known: HostKey | null; readonly shown: HostKey | null },
): KnownHostEntry {
  const wanted = known ?? shown
  const same = keys.find(({ fingerprint }) => fingerprint === wanted?.fingerprint)
  const hostKey = same ?? keys.find(({ type }) => type === 'ssh-ed25519') ?? keys[0]
  if (hostKey === undefined) throw new Error('A node without keys was to be shown')
  const entry = { nodeId, label, host, port, hostKey }
  if (known !== null) return { ...entry, verdict: same === undefined ? 'known-otherwise' : 'known' }
  return { ...entry, verdict: shown !== null && same === undefined ? 'shown-otherwise' : 'new' }
}

/** Trusts the chosen ones of what was shown, where nothing has changed since; answers those it trusted. */
export function trustEntries(
  { hostKeys }: Pick<KnownHostsParts, 'hostKeys'>,
  entries: readonly KnownHostEntry[],
  nodeIds: readonly string[],
): KnownHostEntry[] {
  return entries.filter(({ nodeId, hostKey, verdict }) => {
    const shown = hostKeys.offered(nodeId)
    const isSafe = hostKeys.get(nodeId) === null && (shown === null || shown.fingerprint === hostKey.fingerprint)
    if (verdict !== 'new' || !nodeIds.includes(nodeId) || !isSafe) return false
    hostKeys.replace(nodeId, hostKey)
    return true
  })
}
