import { Notification, type NotificationConstructorOptions } from 'electron'
import type { Alert, Notice } from '../../shared/watch'
import type { Watcher } from '../watch/watcher'
import { describeError, type ShellLog } from './log'
import { actionsOf, placeOfNotice, type NoticeAction } from './notice'
import { cleanUpPlace } from './places'
import { answerFrom, toastOf } from './toast'

/** What notifications are made from, and what they lead to. */
export interface NotificationOptions {
  readonly watcher: Pick<Watcher, 'onNotice' | 'alerts' | 'config' | 'snooze'>
  /** Opens the window at a place. */
  readonly open: (place: string) => void
  readonly log: ShellLog
  readonly platform: NodeJS.Platform
}

/** So many stay reachable; older ones have long left the screen. */
const MOST_HELD = 50

/**
 * Tells what watching says through the system's notifications. A click shows exactly that finding; on Windows also when it
 * starts OCM anew, or comes long after. Where the system shows none (no permission, an unsigned build), the window's list
 * has every alert all the same.
 */
export function startNotifications(options: NotificationOptions): Disposable {
  const { watcher, log, platform } = options
  let isOver = false
  const echoes = new Echoes()
  // Held by what they are about: one that nobody holds may be collected, and would then hear no click.
  const held = new Map<string, Notification>()
  const show = (notice: Notice): void => {
    if (!watcher.config().notifies || !Notification.isSupported()) return
    echoes.forget()
    const about = notice.alertIds.join(' ')
    // An escalation takes the place of what it escalates.
    held.get(about)?.close()
    const notification = new Notification(constructorOptions(notice, platform))
    const done = (): void => {
      if (held.get(about) === notification) held.delete(about)
    }
    notification.on('click', () => {
      if (!echoes.has('event', 'open', notice)) act('open', notice, options)
      done()
    })
    notification.on('action', ({ actionIndex }) => {
      const what = actionsOf(notice)[actionIndex]?.act ?? 'open'
      if (!echoes.has('event', what, notice)) act(what, notice, options)
      done()
    })
    notification.on('failed', (_event, error) => log.warn(`A notification was not shown: ${error}`))
    held.set(about, notification)
    for (const oldest of [...held.keys()].slice(0, Math.max(0, held.size - MOST_HELD))) held.delete(oldest)
    notification.show()
  }
  const listener = watcher.onNotice(notice => {
    try {
      show(notice)
    } catch (error) {
      log.warn(`A notification was not shown: ${describeError(error)}`)
    }
  })
  if (platform === 'win32') {
    Notification.handleActivation(({ arguments: words }) => {
      const answer = answerFrom(words)
      if (!isOver && !echoes.has('activation', answer.act, answer)) act(answer.act, answer, options)
    })
  }
  return {
    [Symbol.dispose]: () => {
      isOver = true
      listener[Symbol.dispose]()
      held.clear()
    },
  }
}

/** By which of the two ways Windows tells of a click. */
type Way = 'event' | 'activation'

/**
 * Windows tells of one click by both ways while the notification is in memory, else by one of them, in no order that is
 * promised: what comes by the other way right after is the same click.
 */
class Echoes {
  #last: { readonly click: string; readonly way: Way } | null = null

  has(way: Way, what: NoticeAction['act'], { alertIds }: Pick<Notice, 'alertIds'>): boolean {
    // A digest's own words name no alert.
    const click = `${what} ${alertIds.length === 1 ? alertIds.join() : ''}`
    const isEcho = this.#last !== null && this.#last.click === click && this.#last.way !== way
    this.#last = isEcho ? null : { click, way }
    return isEcho
  }

  /** A new notification is not clicked yet. */
  forget(): void {
    this.#last = null
  }
}

function constructorOptions(notice: Notice, platform: NodeJS.Platform): NotificationConstructorOptions {
  const isCritical = notice.level === 'critical'
  return {
    title: notice.title,
    body: notice.body,
    ...(platform === 'win32' ? toastOf(notice) : { groupId: 'watch' }),
    urgency: isCritical ? 'critical' : 'normal',
    timeoutType: isCritical ? 'never' : 'default',
    actions: actionsOf(notice).map(({ text }) => ({ type: 'button', text })),
  }
}

function act(
  what: NoticeAction['act'],
  notice: Pick<Notice, 'alertIds'>,
  { watcher, open, log }: NotificationOptions,
): void {
  const alert = watcher.alerts().find(({ id }) => id === notice.alertIds[0])
  if (what === 'snooze' && alert !== undefined) {
    quietly(() => watcher.snooze(alert.id, 'hour'), log)
    return
  }
  open((what === 'clean-up' ? cleanUpOf(alert) : null) ?? placeOfNotice(notice))
}

/** An alert that is over by now offers nothing any more. */
function cleanUpOf(alert: Alert | undefined): string | null {
  return alert?.state === 'open' ? cleanUpPlace(alert) : null
}

/** An alert may be over before the button is pressed: then there is nothing to put off. */
function quietly(work: () => unknown, log: ShellLog): void {
  try {
    work()
  } catch (error) {
    log.warn(`Snoozing failed: ${describeError(error)}`)
  }
}
