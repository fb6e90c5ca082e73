import type { Notice } from '../../shared/watch'
import { placeOf } from './places'

/** One thing a notification offers besides being clicked. */
export interface NoticeAction {
  readonly text: string
  readonly act: 'clean-up' | 'snooze' | 'open'
}

/** What a notice offers. Platforms without buttons drop them; the click is left, and its place offers the same. */
export function actionsOf({ action, alertIds }: Pick<Notice, 'action' | 'alertIds'>): readonly NoticeAction[] {
  const open: NoticeAction = { text: 'Open', act: 'open' }
  if (alertIds.length !== 1) return [open]
  const snooze: NoticeAction = { text: 'Snooze for one hour', act: 'snooze' }
  return action === 'open' ? [open, snooze] : [{ text: 'Clean up…', act: 'clean-up' }, snooze, open]
}

/** Exactly that finding; for a digest the list. */
export function placeOfNotice({ alertIds }: Pick<Notice, 'alertIds'>): string {
  const [id, ...more] = alertIds
  return id === undefined || more.length > 0 ? 'alerts' : placeOf({ id })
}
