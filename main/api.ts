import type { Command, Event, EventData, Input, Output } from '../shared/contract'

/** One function per command of the contract; a missing one does not compile. Failures are thrown as AppError. */
export type Handlers = { readonly [C in Command]: (input: Input<C>) => Promise<Output<C>> }

/** Announces a fact to whoever listens: the window, the tray, a test. */
export type Emit = <E extends Event>(event: E, data: EventData<E>) => void

/** Facts as they are announced. */
export interface Bus {
  readonly emit: Emit
  /** Listens to every event; the result stops it. */
  listen(listener: <E extends Event>(event: E, data: EventData<E>) => void): Disposable
}

/** What services may ask of the desktop. The command line and tests bring their own. */
export interface Desktop {
  /** Lets the person pick a file to write; null when they do not. */
  saveFile(options: { readonly title: string; readonly defaultName: string }): Promise<string | null>
  /** Lets the person pick a file to read; null when they do not. `startIn` is a folder, whose hidden files show too. */
  openFile(options: { readonly title: string; readonly startIn?: string }): Promise<string | null>
  /** Opens an allow-listed `https:` address in the browser. @throws AppError `bad-input` for any other. */
  openExternal(url: string): Promise<void>
  /** Starts the app with the session of the user. */
  setOpenAtLogin(isOn: boolean): void
}
