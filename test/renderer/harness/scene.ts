import type { Settings } from '../../../shared/contract'

/** How a page of the harness begins. Read from the address: `?fleet=empty&stepMs=10`. */
export interface Scene {
  readonly fleet: 'full' | 'empty' | 'loading' | 'failed' | 'many'
  /** Milliseconds per step of a run. */
  readonly stepMs: number
  /** How the run ends. */
  readonly ending: 'done' | 'failed' | 'interrupted' | 'hang' | 'remains'
  readonly hostKey: 'ask' | 'changed' | 'known'
  readonly theme: Settings['theme']
  readonly layout: Settings['layout']
  readonly hasRecoverySheet: boolean
  /** The backup folder has no key in this keychain, or imported files come from another folder. */
  readonly isLocked: boolean
  readonly hasBackups: boolean
  /** Two profiles on every node. */
  readonly hasProfiles: boolean
  /** Restores are blocked. */
  readonly isBlocked: boolean
  /** Some nodes are on their way out. */
  readonly hasRemovals: boolean
  /** Nothing is the matter, or everything is. */
  readonly alerts: 'none' | 'some'
  /** The live store next to the orphans is missing. */
  readonly isStoreMissing: boolean
  /** The automatic clean-up of pc-b was switched off by itself. */
  readonly isAutomaticStopped: boolean
  readonly isPaused: boolean
}

const query = new URLSearchParams(location.search)
const pick = <T extends string>(name: string, fallback: T): T => (query.get(name) as T | null) ?? fallback

/** The scene of this page. */
export const scene: Scene = {
  fleet: pick('fleet', 'full'),
  stepMs: Number(query.get('stepMs') ?? 250),
  ending: pick('ending', 'done'),
  hostKey: pick('hostKey', 'ask'),
  theme: pick('theme', 'system'),
  layout: pick('layout', 'grid'),
  hasRecoverySheet: query.has('recoverySheet'),
  isLocked: query.has('locked'),
  hasBackups: query.get('fleet') !== 'empty' && !query.has('withoutBackups'),
  hasProfiles: query.get('profiles') === 'two',
  isBlocked: query.has('blocked'),
  hasRemovals: query.has('removals'),
  alerts: pick('alerts', 'some'),
  isStoreMissing: query.has('storeMissing'),
  isAutomaticStopped: query.has('automaticStopped'),
  isPaused: query.has('paused'),
}
