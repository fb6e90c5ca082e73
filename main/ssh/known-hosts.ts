import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HostKey } from '../../shared/node'
import { hostKeyOf, type HostKeys } from './host-keys'

/** Host keys that an OpenSSH `known_hosts` file holds for one host and port; revoked keys are not among them. */
export function keysFromKnownHosts(text: string, host: string, port: number): readonly HostKey[] {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
  const entries = text.split(/\r?\n/).flatMap(line => parseLine(line))
  const matching = entries.filter(entry => entry.marker === null && isFor(entry.hosts, name))
  const revoked = new Set(entries.filter(entry => entry.marker === '@revoked').map(entry => entry.blob))
  const blobs = new Set(matching.map(entry => entry.blob).filter(blob => !revoked.has(blob)))
  return [...blobs].map(blob => hostKeyOf(Buffer.from(blob, 'base64')))
}

/**
 * Trusts what the user's own `known_hosts` says about a node that OCM does not know yet. Null when it says nothing, or when
 * OCM knows a key already: that one stays.
 */
export function trustKnownHost(
  hostKeys: Pick<HostKeys, 'get' | 'replace'>,
  node: { readonly id: string; readonly host: string; readonly port: number },
  text: string,
): HostKey | null {
  if (hostKeys.get(node.id)) return null
  const keys = keysFromKnownHosts(text, node.host, node.port)
  const key = keys.find(({ type }) => type === 'ssh-ed25519') ?? keys[0]
  return key ? hostKeys.replace(node.id, key) : null
}

interface Entry {
  readonly marker: string | null
  readonly hosts: readonly string[]
  readonly blob: string
}

function parseLine(line: string): Entry[] {
  const words = line.trim().split(/\s+/)
  if (line.trim() === '' || line.trim().startsWith('#')) return []
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined
  const [hosts, type, blob] = words
  if (hosts === undefined || type === undefined || blob === undefined) return []
  // A line whose key is not of the type it names is broken; OpenSSH ignores it too.
  if (hostKeyOf(Buffer.from(blob, 'base64')).type !== type) return []
  return [{ marker: marker ?? null, hosts: hosts.split(','), blob }]
}

/** `!pattern` excludes, whatever else matches (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
function isFor(patterns: readonly string[], name: string): boolean {
  const isExcluded = patterns.some(pattern => pattern.startsWith('!') && matches(pattern.slice(1), name))
  return !isExcluded && patterns.some(pattern => !pattern.startsWith('!') && matches(pattern, name))
}

function matches(pattern: string, name: string): boolean {
  if (pattern.startsWith('|1|')) return matchesHash(pattern, name)
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(name)
}

/** `|1|<salt>|<HMAC-SHA1 of the name>`, both base64. */
function matchesHash(pattern: string, name: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|')
  const expected = Buffer.from(hash, 'base64')
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
