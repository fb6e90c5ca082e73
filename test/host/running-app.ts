import type { Page } from 'playwright-core'
import type { Control } from './record'

/** How to start the app. */
export interface LaunchOptions {
  /** A folder of its own for everything OCM keeps. */
  readonly dataDir: string
  /** The built entry. Default `out/main/index.js`. */
  readonly entry?: string
  /** Further words for the app. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The words of a notification whose click starts the app, as Windows keeps them. */
  readonly activation?: string
  /** Default true; with false a display is needed. */
  readonly isHeadless?: boolean
  /** Runs the preload in sub frames too (host only). */
  readonly isInSubFrames?: boolean
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Each member of {@link Control}, from afar. */
export type RemoteControl = {
  readonly [K in keyof Control]: (...args: Parameters<Control[K]>) => Promise<ReturnType<Control[K]>>
}

/** A running app under test. */
export interface RunningApp extends AsyncDisposable {
  readonly runtime: 'electron' | 'host'
  readonly pid: number
  readonly control: RemoteControl
  /** The page of the window, waiting up to 20 s for one. After a close and a new open this is the new page. */
  page(): Promise<Page>
  /** Resolves when the process ends. */
  readonly ended: Promise<Ending>
  /** What the process wrote so far. */
  output(): string
  /** Kills the process at once, as a power cut would. */
  kill(): Promise<Ending>
  /** Quits in order; after 15 s the process is killed. */
  close(): Promise<Ending>
}
