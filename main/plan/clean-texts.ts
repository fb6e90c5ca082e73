import type { KeptWhy, OrphanGroup } from '../../shared/cleaning'
import { bytesText, countText } from '../../shared/units'

const KEPT: Readonly<Record<KeptWhy, string>> = {
  'too-young': 'younger than the limit: it may still be written',
  'not-a-file': 'not a regular file',
  'other-owner': 'of another owner',
  'in-use': 'open in a process',
  'writer-alive': 'the process that writes it lives',
  changed: 'changed since it was seen',
  'store-missing': 'the live store is missing, and one of them may be the only copy',
  'store-broken': 'the live store cannot be read, and one of them may be the only copy',
  outside: 'outside the folders that are cleaned',
  'not-permitted': 'not permitted',
}

/** Why a file stays, in words. */
export function keptWhy(why: KeptWhy): string {
  return KEPT[why]
}

/** What of a folder stays, and why. */
export function keptText({ folder, kept }: OrphanGroup): string[] {
  return kept.map(
    ({ why, count, bytes }) => `${folder}: ${countText(count, 'file')} (${bytesText(bytes)}) stay: ${KEPT[why]}.`,
  )
}

/** Where the live store is not to be trusted, what the admin can do. */
export function storeText({ folder, store, newest }: OrphanGroup): string[] {
  if (store === null || (store.state !== 'missing' && store.state !== 'broken')) return []
  const what =
    store.state === 'missing' ? 'is missing' : `cannot be read${store.problem === null ? '' : ` (${store.problem})`}`
  const fetch =
    newest === null ? '' : ` The newest is ${newest.name} (${bytesText(newest.bytes)}): fetch it before anything else.`
  return [`${folder}: ${store.path} ${what}, so an orphan may be the only copy. Nothing there is touched.${fetch}`]
}

/** The blocker of a plan that has nothing to do. */
export const NOTHING_TO_CLEAN = 'nothing-to-clean'

const NOT_SEEN = 'Could not be looked at: '

/** What could not be looked at, as notes of a plan. */
export function notSeenText(notRead: readonly string[]): string[] {
  return notRead.map(text => `${NOT_SEEN}${text}`)
}

/** Whether a note says that something could not be looked at. */
export function isNotSeen(note: string): boolean {
  return note.startsWith(NOT_SEEN)
}
