/** What the app did to the desktop, as tests look at it. Plain data: it crosses to the test's process. */
export interface DesktopRecord {
  readonly dialogs: DialogRecord[]
  readonly opened: string[]
  readonly notifications: NotificationRecord[]
  readonly refusedRequests: string[]
  /** Second windows that Electron would have opened. */
  readonly openedWindows: string[]
}

/** A notification that was shown, with the words of its buttons. */
export interface NotificationRecord {
  readonly title: string
  readonly body: string
  readonly actions: readonly string[]
  /** What Windows keeps with it, and hands over when it is clicked: for the click, then for each button. */
  readonly words?: readonly string[]
}

/** A dialog that was shown. */
export interface DialogRecord {
  readonly kind: 'save' | 'open' | 'message' | 'error'
  readonly title: string
  /** The smaller words and the buttons of a message. */
  readonly detail?: string
  readonly buttons?: readonly string[]
  readonly answer: string | null
}

/** One entry of a menu. */
export interface MenuEntry {
  readonly label: string
  readonly type: string
  readonly isEnabled: boolean
}

/** The tray as a person sees it; null when there is none. */
export interface TrayState {
  /** The file of its icon, without the folder; null where the runtime does not tell. */
  readonly image: string | null
  readonly toolTip: string
  readonly entries: readonly MenuEntry[]
}

/** What a test may ask of the process that runs the app. */
export interface Control {
  readonly tray: () => TrayState | null
  readonly clickTray: (label: string) => void
  /** Answers the next dialog: a path, the words of a button, or null for Cancel. Unanswered dialogs are cancelled. */
  readonly answerDialog: (answer: string | null) => void
  readonly record: () => DesktopRecord
  /** Clicks the newest notification whose title holds these words; with `action`, that button of it. */
  readonly clickNotification: (words: string, action?: string) => void
  readonly suspend: () => void
  readonly resume: () => void
  /** Takes the machine to battery or back. */
  readonly setOnBattery: (isOn: boolean) => void
  readonly closeWindow: () => void
  /** Debugging ports of the windows there are, oldest first. Zero until the browser is up. */
  readonly windows: () => readonly WindowState[]
  readonly quit: () => void
}

/** A window, for the test to connect to. */
export interface WindowState {
  readonly id: number
  readonly port: number
  readonly isVisible: boolean
  readonly isMinimized: boolean
  readonly focusCount: number
}

/** A request over the control channel and its answer. */
export interface ControlRequest {
  readonly id: number
  readonly name: keyof Control
  readonly args: readonly unknown[]
}
export interface ControlReply {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}
