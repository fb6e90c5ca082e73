import type { ByHand, Deletion, DeletionOptions, DeletionPeer } from '../../shared/deletion'
import type { Result } from '../../shared/protocol'
import { commandLine } from '../ssh/quote'
import type { DeletionFacts } from './facts'

/** What a plan says of other nodes that know this one. */
export type PeerFacts = Pick<DeletionFacts, 'peers' | 'sameIdentity' | 'unaskedPeers'>

/** What another managed node answered; null when it could not be asked. */
interface Asked {
  readonly nodeId: string
  readonly label: string
  readonly answer: Result<'pairings'> | null
}

/**
 * The records of these devices on other nodes. A device that another node goes by too is none of this one's alone: after a move
 * the machines share it, and without its records the other would be locked out.
 */
export function peersIn(own: ReadonlySet<string>, asked: readonly Asked[]): PeerFacts {
  const shared = asked.flatMap(({ label, answer }) =>
    (answer?.own ?? []).flatMap(({ deviceId }) => (own.has(deviceId) ? { label, deviceId } : [])),
  )
  const isOwn = (id: string): boolean => own.has(id) && shared.every(({ deviceId }) => deviceId !== id)
  return {
    peers: asked.flatMap(({ nodeId, label, answer }) =>
      (answer?.known ?? []).flatMap(record => (isOwn(record.deviceId) ? { nodeId, label, ...record } : [])),
    ),
    sameIdentity: [...new Set(shared.map(({ label }) => label))],
    unaskedPeers: asked.flatMap(({ label, answer }) => (answer?.notRead.length === 0 ? [] : label)),
  }
}

/** Whether the admin wants OCM to remove this record. */
export function isTicked({ deviceId }: DeletionPeer, options: DeletionOptions): boolean {
  return options.peers.includes(deviceId)
}

/** The records on other nodes that a deletion removes. */
export function tickedPeers(deletion: Deletion | undefined): readonly DeletionPeer[] {
  return deletion?.peers.filter(peer => isTicked(peer, deletion.options)) ?? []
}

/** How a record is named in the plan, the proof and the certificate. */
export function peerName({ label, profile, deviceId, what }: DeletionPeer): string {
  const where = profile === 'default' ? label : `${label}, profile ${profile}`
  return `Record on ${where}: ${what}, ${deviceId}`
}

/** The command that removes a record, as a person types it on its machine. */
export function peerCommand({ profile, deviceId }: DeletionPeer): string {
  const chosen = profile === 'default' ? [] : ['--profile', profile]
  return commandLine(['openclaw', ...chosen, 'devices', 'remove', '--', deviceId])
}

/** A pairing of this node on another one harms nobody, but somebody should know. */
export function peerByHand(peer: DeletionPeer, why: string): ByHand {
  return { text: `${why} Remove the record on ${peer.label} if you like.`, command: peerCommand(peer), link: null }
}
