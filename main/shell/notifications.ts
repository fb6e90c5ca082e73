import { Notification, type NotificationConstructorOptions } from 'electron'
import type { Alert, Notice } from '../../shared/watch'
import type { Watcher } from '../watch/watcher'
import { describeError, type ShellLog } from './log'
import { actionsOf, placeOfNotice, type NoticeAction } from './notice'
import { cleanUpPlace } from './places'

/** What notifications are made from, and what they lead to. */
export interface NotificationOptions {
  readonly watcher: Pick<Watcher, 'onNotice' | 'alerts' | 'config' | 'snooze'>
  /** Opens the window at a place. */
  readonly open: (place: string) => void
  readonly log: ShellLog
}

/** So many stay reachable; older ones have long left the screen. */
const MOST_HELD = 50

/**
 * Tells what watching says through the system's notifications. A click shows exactly that finding. Where the system shows
 * none (no permission, an unsigned build), the window's list has every alert all the same.
 */
export function startNotifications(options: NotificationOptions): Disposable {
  const { watcher, log } = options
  // Held by what they are about: one that nobody holds may be collected, and would then hear no click.
  const held = new Map<string, Notification>()
  const show = (notice: Notice): void => {
    if (!watcher.config().notifies || !Notification.isSupported()) return
    const about = notice.alertIds.join(' ')
    // An escalation takes the place of what it escalates.
    held.get(about)?.close()
    const notification = new Notification(constructorOptions(notice))
    const done = (): void => {
      if (held.get(about) === notification) held.delete(about)
    }
    notification.on('click', () => {
      options.open(placeOfNotice(notice))
      done()
    })
    notification.on('action', ({ actionIndex }) => {
      act(actionsOf(notice)[actionIndex]?.act ?? 'open', notice, options)
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
  return {
    [Symbol.dispose]: () => {
      listener[Symbol.dispose]()
      held.clear()
    },
  }
}

function constructorOptions(notice: Notice): NotificationConstructorOptions {
  const isCritical = notice.level === 'critical'
  return {
    title: notice.title,
    body: notice.body,
    groupId: 'watch',
    urgency: isCritical ? 'critical' : 'normal',
    timeoutType: isCritical ? 'never' : 'default',
    actions: actionsOf(notice).map(({ text }) => ({ type: 'button', text })),
  }
}

function act(what: NoticeAction['act'], notice: Notice, { watcher, open, log }: NotificationOptions): void {
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
