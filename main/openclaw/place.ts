import type { Decision, Rewrite } from '../../shared/plan'

/** Where one profile of OpenClaw lives on one machine. Paths are absolute. */
export interface Place {
  readonly home: string
  readonly stateDir: string
  readonly user: string
  readonly platform: string
  readonly hostname: string
  /** How the admin calls the node. */
  readonly label: string
  readonly nodePath: string | null
  readonly packageRoot: string | null
  readonly version: string | null
  readonly profile: string
  readonly gatewayPort: number | null
  readonly workspaces: readonly { readonly agent: string; readonly path: string; readonly isOutside: boolean }[]
  /** Agents' own folders (`agentDir`) outside the state directory that are there. */
  readonly agentDirs?: readonly { readonly agent: string; readonly path: string }[]
}

/** All that decides what becomes of a set-up's values. Nothing here is read later: the answer depends on this alone. */
export interface RewriteInput {
  readonly source: Place
  readonly target: Place
  readonly mode: 'move' | 'clone'
  /** Text files that may hold paths, by path relative to the state directory. */
  readonly texts: ReadonlyMap<string, string>
  /** SQLite files carried, relative to the state directory. */
  readonly databases: readonly string[]
  /** Ports on the target in use by something that is not this profile's gateway: port -> who listens. */
  readonly takenPorts: ReadonlyMap<number, string>
  /** Bot ids polled by other managed nodes' running gateways: bot id -> node label. In a move the source is not in here. */
  readonly foreignBots: ReadonlyMap<string, string>
  /** The admin's overrides: {@link Rewrite} id -> new `to`. */
  readonly set: Readonly<Record<string, string>>
  /** {@link Decision} id -> chosen option. */
  readonly decisions: Readonly<Record<string, string>>
}

/** What is shown and stored. Secret values are masked in all of it. */
export interface RewritePlan {
  readonly rewrites: readonly Rewrite[]
  readonly decisions: readonly Decision[]
  readonly notes: readonly string[]
}

/** Where the typed value of a change stands. */
export type Spot =
  /** A span of the text, to be replaced by a string in the quotes that are there, or by a bare word. */
  | { readonly at: 'span'; readonly start: number; readonly end: number; readonly isBare: boolean }
  /** A value that may have to be added. */
  | { readonly at: 'path'; readonly path: readonly string[]; readonly type: 'number' | 'boolean' }
  /** All strings of a large file; `path` shows the pattern. */
  | { readonly at: 'bulk' }
  | { readonly at: 'none' }

/** A {@link Rewrite} before masking: the values are real. Never leaves this folder. */
export interface Change extends Rewrite {
  readonly spot: Spot
  readonly isSecret: boolean
}
