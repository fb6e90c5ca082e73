import type { BackupSummary } from '../../shared/backup'
import type { DeletionPeer } from '../../shared/deletion'
import type { Known } from '../../shared/survey'
import type { InventoryFacts } from './inventory'

/** All that a plan to take a node away is made from. */
export interface DeletionFacts extends InventoryFacts {
  /** Bots that other managed nodes use, with the label of one such node. */
  readonly foreignBots: ReadonlyMap<string, string>
  /** Managed nodes of which it is not known whether they use the same bots. */
  readonly unknownBots: readonly string[]
  /** Records of this node on other managed nodes. */
  readonly peers: readonly DeletionPeer[]
  /** Managed nodes that go by the same identity, such as the machine this one was moved to: its records are theirs. */
  readonly sameIdentity: readonly string[]
  /** Managed nodes that could not be asked for such records. */
  readonly unaskedPeers: readonly string[]
  readonly lastBackup: Known<BackupSummary | null>
}
