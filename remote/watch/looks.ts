import type { ProcessFacts } from '../../shared/process'

/** A process above another one. */
export interface Ancestor {
  readonly pid: number
  readonly name: string
  /** It only takes in what lost its parent: init, a user's systemd. Nobody's starter, as far as one can tell. */
  readonly isReaper: boolean
}

/** One process of OpenClaw as the system shows it, before anybody says what it is for. The same on every platform. */
export interface ProcessLook extends ProcessFacts {
  /** Processor time since its start. ms */
  readonly cpuMs: number
  readonly hasTerminal: boolean
  /** The service unit it runs in, without `.service`; null outside of any. */
  readonly unit: string | null
  /** The service manager started it itself: it is, or was, the main process of its unit. */
  readonly isMain: boolean
  /** Variables it was started with; null when they are not ours to read. */
  readonly environment: ReadonlyMap<string, string> | null
  /** From its parent up, as far as there are any: a last one that is gone is not among them. */
  readonly ancestors: readonly Ancestor[]
}

/** Names of programs that take in orphans. */
const REAPERS = /^(systemd|init|launchd|tini|dumb-init|docker-init|catatonit|runit|s6-svscan)$/

/** Whether a process by this name takes in what lost its parent. */
export function isReaperName(name: string): boolean {
  return REAPERS.test(name)
}
