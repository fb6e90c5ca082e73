import type { KnownFault } from '../../shared/cleaning'
import type { OrphanFamily } from '../../shared/sample'
import { compareVersions } from './versions'

const issue = (number: number): string => `https://github.com/openclaw/openclaw/issues/${number}`

/** From this version on sessions are in a database, and no copy of a store is left half-written. */
const SQLITE_SESSIONS = '2026.8.1'
/** From this version on a node host ends by itself when the process that started it is gone. */
const NODE_HOST_ENDS = '2026.9.6'

const ORPHAN_FAULTS: Readonly<Partial<Record<OrphanFamily, KnownFault>>> = {
  'session-store': {
    text: 'Up to 2026.7.1 OpenClaw writes the whole session store anew for every change, and leaves the copy behind when it ends between write and rename. 2026.7.1 clears such copies when its gateway starts, but only where the store can be read.',
    fixedIn: SQLITE_SESSIONS,
    link: issue(89520),
  },
  'json-temp': {
    text: 'OpenClaw writes a JSON store anew for every change, and leaves the copy behind when it ends between write and rename.',
    fixedIn: null,
    link: issue(89520),
  },
  'usage-cache': {
    text: 'OpenClaw leaves copies of its usage cache behind when it ends while it writes one.',
    fixedIn: null,
    link: issue(78939),
  },
  tombstone: {
    text: 'OpenClaw puts transcripts aside when a session is reset or deleted, and never removes them.',
    fixedIn: null,
    link: issue(44820),
  },
  'transcript-lock': {
    text: 'OpenClaw leaves the lock of a transcript behind when it ends while it writes one.',
    fixedIn: null,
    link: issue(10170),
  },
  'backup-temp': {
    text: 'OpenClaw leaves half an archive behind when its own backup is ended.',
    fixedIn: null,
    link: issue(50442),
  },
}

/** The known fault behind orphans of a family; null when none is known. `version` is the node's, null when unknown. */
export function orphanFault(family: OrphanFamily, version: string | null): KnownFault | null {
  const fault = ORPHAN_FAULTS[family]
  return fault === undefined ? null : told(fault, version, 'these files were left by an earlier version')
}

/** The known fault behind leaked processes. */
export function leakFault(version: string | null, platform: string): KnownFault {
  if (platform === 'darwin') {
    return told(
      {
        text: 'Up to 2026.8.2 the macOS app leaves a node worker behind each time it starts it anew.',
        fixedIn: NODE_HOST_ENDS,
        link: issue(135660),
      },
      version,
      'these processes may stem from an earlier version',
    )
  }
  return told(
    {
      text: 'Up to 2026.7.1 the process of a node host runs on for good when the “openclaw node run” that started it is killed: it is in a session of its own, so closing the terminal does not reach it either.',
      fixedIn: NODE_HOST_ENDS,
      link: issue(135660),
    },
    version,
    'these processes may stem from an earlier version',
  )
}

function told(fault: KnownFault, version: string | null, since: string): KnownFault {
  const { fixedIn } = fault
  if (version === null || fixedIn === null) return fault
  const isMended = compareVersions(version, fixedIn) >= 0
  const now = isMended
    ? `This machine runs ${version}, which does not do so any more: ${since}.`
    : `This machine runs ${version}: with ${fixedIn} or newer it stops.`
  return { ...fault, text: `${fault.text} ${now}` }
}
