import type { Cleaning, KeptWhy, LeakTree, OrphanGroup } from '../../shared/cleaning'
import type { OrphanFamily, ProcessFamily } from '../../shared/sample'

/** What kinds of half-written files there are, in the order they are offered. */
export const ORPHAN_WORDS: Readonly<Record<OrphanFamily, { readonly name: string; readonly says: string }>> = {
  'session-store': { name: 'Copies of the session store', says: 'between writing and renaming' },
  'json-temp': { name: 'Copies of other JSON stores', says: 'likewise' },
  'usage-cache': { name: 'Copies of the usage cache', says: 'it is made anew' },
  tombstone: { name: 'Put-aside transcripts', says: 'of sessions that were reset or deleted: they can still be read' },
  'transcript-lock': { name: 'Locks of transcripts', says: 'whose holder is gone' },
  'backup-temp': { name: 'Half archives', says: 'of OpenClaw’s own backup' },
  'cron-temp': { name: 'Copies of the cron store', says: 'half-written' },
  'replace-temp': { name: 'Files to be swapped in', says: 'never swapped' },
  'prompt-blob': { name: 'Prompt files', says: 'half-written' },
  'config-temp': { name: 'Copies of the configuration', says: 'half-written: they may hold secrets' },
}

/** Families in order. */
export const ORPHAN_ORDER = Object.keys(ORPHAN_WORDS) as OrphanFamily[]

/** Why a file stays that looks like an orphan. */
export const KEPT_WORDS: Readonly<Record<KeptWhy, string>> = {
  'too-young': 'younger than the limit: it may still be written',
  'not-a-file': 'not a regular file',
  'other-owner': 'owned by somebody else',
  'in-use': 'open in a process',
  'writer-alive': 'its writer still runs',
  changed: 'changed since the look',
  'store-missing': 'the live store next to it is missing: it may be the only copy',
  'store-broken': 'the live store next to it is broken: it may be the only copy',
  outside: 'outside OpenClaw’s folders',
  'not-permitted': 'this account may not remove it',
}

/** What a family of processes is called. */
export const PROCESS_WORDS: Readonly<Record<ProcessFamily, string>> = {
  gateway: 'Gateway',
  'gateway-child': 'Child of the gateway',
  'node-host': 'Node host of a service',
  'node-run': 'Node host',
  command: 'Command',
  unknown: 'Unknown',
}

/** Files and bytes of some groups. */
export interface Sum {
  readonly files: number
  readonly bytes: number
}

/** What would go. */
export function goesOf(groups: readonly OrphanGroup[]): Sum {
  return groups.reduce((sum, { count, bytes }) => ({ files: sum.files + count, bytes: sum.bytes + bytes }), {
    files: 0,
    bytes: 0,
  })
}

/** What would stay. */
export function keptOf(groups: readonly OrphanGroup[]): Sum {
  return groups
    .flatMap(({ kept }) => kept)
    .reduce((sum, { count, bytes }) => ({ files: sum.files + count, bytes: sum.bytes + bytes }), { files: 0, bytes: 0 })
}

/** Groups whose live store cannot be trusted: nothing there is touched. */
export function doubtfulOf(groups: readonly OrphanGroup[]): readonly OrphanGroup[] {
  return groups.filter(({ store }) => store?.state === 'missing' || store?.state === 'broken')
}

type Choice = NonNullable<Cleaning['options']['processes']>

/** Whether a tree's top is chosen to be ended. Without a choice all that are leaked are. */
export function isChosen(tree: LeakTree, chosen: Cleaning['options']['processes']): boolean {
  if (!tree.isLeaked) return false
  return chosen === null || tree.processes.some(one => chosen.some(({ pid }) => pid === one.pid))
}

/** The processes of all chosen trees, one of them turned. */
export function chosenWith(trees: readonly LeakTree[], chosen: Choice | null, turned: LeakTree): Choice {
  return trees
    .filter(tree => (tree === turned ? !isChosen(tree, chosen) : isChosen(tree, chosen)))
    .flatMap(({ processes }) => processes.filter(({ verdict }) => verdict === 'leaked'))
    .map(({ pid, startedAtTicks }) => ({ pid, startedAtTicks }))
}
