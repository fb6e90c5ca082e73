import { createHash } from 'node:crypto'
import type { Notice } from '../../shared/watch'
import { actionsOf, type NoticeAction } from './notice'

/** What a person did with a notification: which finding it is about (none for a digest), and what was asked for. */
export interface ToastAnswer {
  readonly alertIds: string[]
  readonly act: NoticeAction['act']
}

/** How Windows shows a notice. `id` names it in the Action Center: a later one of the same name takes its place. */
export interface Toast {
  readonly id: string
  readonly toastXml: string
}

/**
 * A notice for Windows, with words of ours for the click and for each button. Windows keeps them with the notification and
 * hands them over to whichever OCM it starts. As Electron's sources read, its own notification has none for the click.
 * @see https://learn.microsoft.com/windows/apps/develop/notifications/app-notifications/toast-schema
 */
export function toastOf(notice: Notice): Toast {
  const id = toastId(notice)
  const words = (type: 'click' | 'action', act: NoticeAction['act'], index?: number): string => {
    const [alertId, ...more] = notice.alertIds
    return new URLSearchParams({
      // Electron reads these three, to tell what was clicked while the notification is still in memory.
      type,
      ...(index === undefined ? {} : { action: String(index) }),
      tag: id,
      act,
      ...(alertId === undefined || more.length > 0 ? {} : { alert: alertId }),
    }).toString()
  }
  const buttons = actionsOf(notice).map(
    ({ text, act }, index) =>
      `<action activationType="foreground" arguments="${escaped(words('action', act, index))}" content="${escaped(text)}"/>`,
  )
  // Stays on the screen until it is answered, and Windows wants a way to put it away then. An empty word is its own.
  const isCritical = notice.level === 'critical'
  const dismiss = isCritical ? '<action activationType="system" arguments="dismiss" content=""/>' : ''
  const texts = [notice.title, notice.body].map(text => `<text>${escaped(text)}</text>`).join('')
  const toastXml = [
    `<toast launch="${escaped(words('click', 'open'))}" activationType="foreground"${isCritical ? ' scenario="reminder"' : ''}>`,
    `<visual><binding template="ToastGeneric">${texts}</binding></visual>`,
    `<actions>${buttons.join('')}${dismiss}</actions>`,
    '</toast>',
  ].join('')
  return { id, toastXml }
}

const ALERT_ID = /^[0-9a-f-]{36}$/
const ACTS: ReadonlySet<string> = new Set<NoticeAction['act']>(['clean-up', 'snooze', 'open'])

/** What the words that Windows hands over ask for; the list of findings where they are not ours, or from an older OCM. */
export function answerFrom(words: string): ToastAnswer {
  const given = new URLSearchParams(words)
  const alertId = given.get('alert') ?? ''
  const act = given.get('act') ?? ''
  return { alertIds: ALERT_ID.test(alertId) ? [alertId] : [], act: isAct(act) ? act : 'open' }
}

function isAct(word: string): word is NoticeAction['act'] {
  return ACTS.has(word)
}

/** At most 64 characters, as Windows demands: an alert's own id, else a digest of all. */
function toastId({ alertIds }: Notice): string {
  const [only = '', ...more] = alertIds
  return more.length === 0 ? only : createHash('sha256').update(alertIds.join(' ')).digest('hex').slice(0, 32)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text for XML: what a node calls itself may hold anything, and Windows shows nothing where a character is not allowed. */
function escaped(text: string): string {
  const legal = text.toWellFormed().replaceAll(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
  return legal.replaceAll(/[&<>"]/g, found => ENTITIES[found] ?? '')
}
