import { AddressMap } from './address-map'
import type { DesktopRecord } from './record'
import type { HostBrowserWindow } from './browser-window'
import type { ShownNotification } from './desktop'
import type { HostTray } from './tray'

/** How the host was asked to run. */
export interface HostOptions {
  /** The entry module of the app, as `electron <entry>` would be given. */
  readonly entry: string
  readonly isHeadless: boolean
  /** Opens a debugging port on the loopback interface, for a test to connect to. */
  readonly isTest: boolean
  /** Runs the preload in sub frames too, to prove that main refuses them by itself. */
  readonly isInSubFrames: boolean
  /** The words of the notification whose click started the process; empty when none did. */
  readonly activation: string
  /** Where throw-away browser profiles go. */
  readonly scratch: string
}

/** What the parts of the host share: one per process. */
export class HostState {
  isReady = false
  readonly addresses = new AddressMap()
  readonly windows = new Set<HostBrowserWindow>()
  tray: HostTray | null = null
  themeSource: 'system' | 'light' | 'dark' = 'system'
  readonly answers: (string | null)[] = []
  readonly shown: ShownNotification[] = []
  readonly record: DesktopRecord = {
    dialogs: [],
    opened: [],
    notifications: [],
    refusedRequests: [],
    openedWindows: [],
  }
  constructor(readonly options: HostOptions) {}

  /** Throws as Electron does when something is asked too late. */
  onlyBeforeReady(what: string): void {
    if (this.isReady) throw new Error(`${what} can only be called before app is ready`)
  }

  onlyWhenReady(what: string): void {
    if (!this.isReady) throw new Error(`${what} cannot be used before app is ready`)
  }
}

/** Electron's events carry `preventDefault`. */
export interface HostEvent {
  readonly defaultPrevented: boolean
  preventDefault(): void
}

/** A preventable event with further fields. */
export function makeEvent<T extends object>(fields: T): T & HostEvent {
  let isPrevented = false
  return {
    ...fields,
    get defaultPrevented() {
      return isPrevented
    },
    preventDefault: () => (isPrevented = true),
  }
}
