import type { WatchPoint } from '../../../shared/sample'
import { HOUR } from '../../../shared/units'
import { compareVersions } from '../../openclaw/versions'
import { flat, graded, levelOf, type Judge, type View } from './reading'
import { spanText } from './words'

const DAY = 24 * HOUR

type Silent = Exclude<WatchPoint['reach'], 'seen' | 'host-key-changed'>

const SILENCE: Readonly<Record<Silent, readonly [string, string]>> = {
  unreachable: ['Not reachable', 'It does not answer. It may be switched off, or the network between is interrupted.'],
  refused: ['Login refused', 'It answers, but does not let OCM in. Test its connection to see why.'],
  'bad-answer': [
    'Not watched',
    'It lets OCM in, but answers what OCM does not understand. Test its connection to see why.',
  ],
}

/** Nothing is known of the node. One that shows another host key is a matter of its own. */
export const judgeUnreachable: Judge<'unreachable', View> = ({ point, memory, now }) => {
  if (point.reach === 'seen' || point.reach === 'host-key-changed') return []
  const [title, text] = SILENCE[point.reach]
  const silentMs = Math.max(0, now - memory.lastSeenAt)
  const say = () => ({ title: `${title} for ${spanText(silentMs)}`, text, action: 'open' as const })
  return [{ subject: '', ...flat(true, 'attention'), value: silentMs / HOUR, say }]
}

/** Another machine, or a reinstalled one. What did not even answer showed no key, and tells nothing. */
export const judgeHostKey: Judge<'host-key', View> = ({ point }) => {
  if (point.reach === 'unreachable') return null
  const say = () => ({
    title: 'Host key changed',
    text: 'It may have been reinstalled, or someone is in between. Nothing is sent to it until you compared the fingerprints.',
    action: 'open' as const,
  })
  return [{ subject: '', ...flat(point.reach === 'host-key-changed', 'critical'), value: 1, say }]
}

/** Days since the last backup; of a node that has none, since it is watched. */
export const judgeBackup: Judge<'backup-overdue'> = ({ seen, memory, now }, limits) => {
  const days = Math.max(0, now - (seen.lastBackupAt ?? memory.watchedSince)) / DAY
  const say = () => ({
    title: seen.lastBackupAt === null ? 'No backup yet' : `Last backup ${spanText(days * DAY)} ago`,
    text: `There should be one every ${limits.days} days.`,
    action: 'open' as const,
  })
  return [{ subject: '', ...graded(ease => levelOf(false, days > limits.days * ease)), value: days, say }]
}

/** Days since another node first had a newer version. Previews are for those who asked for one. */
export const judgeVersion: Judge<'version-behind'> = ({ seen: { version }, versions, now }, limits) => {
  if (version === null) return null
  const newer = Object.entries(versions).filter(
    ([other]) => !other.includes('-') && compareVersions(other, version) > 0,
  )
  const first = newer.toSorted((a, b) => a[1] - b[1])[0]
  if (first === undefined) return []
  const newest =
    newer
      .map(([other]) => other)
      .toSorted(compareVersions)
      .at(-1) ?? ''
  const days = Math.max(0, now - first[1]) / DAY
  const say = () => ({
    title: `OpenClaw ${version} is behind the fleet`,
    text: `Another node has ${newest}.`,
    action: 'open' as const,
  })
  return [{ subject: '', ...flat(days >= limits.days, 'attention'), value: days, say }]
}
