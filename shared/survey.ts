import { z } from 'zod'
import { Component } from './components'

/** A fact that may not have been readable. `unknown` is an answer of its own, never shown as zero or none. */
export function known<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('state', [
    z.object({ state: z.literal('known'), value }),
    z.object({ state: z.literal('unknown'), why: z.string() }),
  ])
}
export type Known<T> =
  { readonly state: 'known'; readonly value: T } | { readonly state: 'unknown'; readonly why: string }

/** The value of a known fact, or undefined. */
export function valueOf<T>(fact: Known<T>): T | undefined {
  return fact.state === 'known' ? fact.value : undefined
}

/** Where state lives: JSON files (to 2026.7.1), SQLite (from 2026.8.1), a half-way mix, or nothing yet. */
export const Era = z.enum(['files', 'mixed', 'sqlite', 'empty'])
export type Era = z.infer<typeof Era>

/** How OpenClaw came onto the machine. */
export const InstallMethod = z.enum([
  'npm-global',
  'npm-prefix',
  'pnpm',
  'bun',
  'git',
  'install-cli',
  'container',
  'unknown',
])
export type InstallMethod = z.infer<typeof InstallMethod>

/** The installed package. `entry` is the script that `node` runs (`<root>/dist/index.js` or `openclaw.mjs`). */
export const OpenClawInstall = z.object({
  version: z.string(),
  method: InstallMethod,
  packageRoot: z.string(),
  entry: z.string(),
  bin: z.string().nullable(),
  /** Absolute path of the Node binary that runs it. */
  nodePath: z.string(),
})
export type OpenClawInstall = z.infer<typeof OpenClawInstall>

/** One service definition found on the node. */
export const ServiceFacts = z.object({
  name: z.string(),
  kind: z.enum(['gateway', 'node-host']),
  scope: z.enum(['user', 'system']),
  manager: z.enum(['systemd', 'launchd', 'task-scheduler', 'none']),
  /** Where launchd has it loaded, such as `gui/501`; absent when it is not. */
  domain: z.string().optional(),
  path: z.string().nullable(),
  isEnabled: known(z.boolean()),
  /** `systemctl show -p ActiveState`, or the nearest word of another manager. */
  activeState: known(z.string()),
  mainPid: z.number().int().nullable(),
  execStart: z.array(z.string()),
  /** Names of the variables in the unit, never their values. */
  environmentNames: z.array(z.string()),
  /** What the unit itself allows for a stop, in ms. */
  stopLimitMs: z.number().nullable(),
})
export type ServiceFacts = z.infer<typeof ServiceFacts>

/** The gateway process of one profile. */
export const GatewayFacts = z.object({
  port: z.number().int().nullable(),
  pid: z.number().int().nullable(),
  uptimeMs: z.number().nullable(),
  health: z.enum(['live', 'failing', 'down', 'unknown']),
  /** Another process holds the configured port. */
  foreignListener: z.string().nullable(),
})

/** Bytes and files of one component. */
export const Size = z.object({ bytes: z.number().nonnegative(), files: z.number().int().nonnegative() })
export type Size = z.infer<typeof Size>

/** One agent. `workspace` is absolute. */
export const AgentFacts = z.object({
  id: z.string(),
  workspace: z.string().nullable(),
  sessions: z.number().int().nullable(),
})

/** One channel account. `botId` is the public digits of a Telegram token, never the token. */
export const ChannelFacts = z.object({
  kind: z.string(),
  account: z.string(),
  isEnabled: z.boolean(),
  botId: z.string().nullable(),
})

/** One cron job; `isSystem` for those OpenClaw makes by itself. */
export const CronJobFacts = z.object({
  id: z.string(),
  name: z.string(),
  isEnabled: z.boolean(),
  isSystem: z.boolean(),
})

/** A credential that is present. Its value is never read into a survey. */
export const CredentialFacts = z.object({ kind: z.string(), name: z.string(), where: z.string() })

/** A workspace folder. `isOutside` when it is not under the state directory. */
export const WorkspaceFacts = z.object({
  agent: z.string(),
  path: z.string(),
  isOutside: z.boolean(),
  exists: z.boolean(),
  size: Size,
})

/**
 * The folder that the configuration gives an agent for what it keeps: credentials, its database, its models. `refusal`: why
 * it cannot be carried as a folder of its own.
 */
export const AgentDirFacts = z.object({
  agent: z.string(),
  path: z.string(),
  isOutside: z.boolean(),
  exists: z.boolean(),
  refusal: z.string().nullable(),
  size: Size,
})
export type AgentDirFacts = z.infer<typeof AgentDirFacts>

/** Something left out of backups, and why. */
export const LeftOut = z.object({ path: z.string(), why: z.string(), bytes: z.number().nonnegative() })
export type LeftOut = z.infer<typeof LeftOut>

/** One OpenClaw profile on a node. */
export const ProfileFacts = z.object({
  name: z.string(),
  stateDir: z.string(),
  configPath: z.string(),
  era: Era,
  config: known(z.object({ isValid: z.boolean(), problem: z.string().nullable() })),
  gateway: GatewayFacts,
  services: z.array(ServiceFacts),
  agents: known(z.array(AgentFacts)),
  channels: known(z.array(ChannelFacts)),
  cron: known(z.array(CronJobFacts)),
  plugins: known(z.number().int()),
  skills: known(z.number().int()),
  credentials: known(z.array(CredentialFacts)),
  environmentNames: known(z.array(z.string())),
  workspaces: z.array(WorkspaceFacts),
  /** Only of agents for which the configuration names one. */
  agentDirs: z.array(AgentDirFacts).default([]),
  sizes: known(z.partialRecord(Component, Size)),
  leftOut: z.array(LeftOut),
})
export type ProfileFacts = z.infer<typeof ProfileFacts>

/** Something the admin should know, short, with a stable code. */
export const Warning = z.object({ code: z.string(), text: z.string() })
export type Warning = z.infer<typeof Warning>

/** Codes of warnings that only a survey with sizes can give. */
export const MEASURED_WARNINGS: ReadonlySet<string> = new Set(['orphans', 'size-unknown', 'unreadable'])

/** Read-only facts about a node at one moment. */
export const Survey = z.object({
  at: z.iso.datetime(),
  /** When the sizes were measured, if that was not `at`: a quick look keeps those of the last full one. */
  sizesAt: z.iso.datetime().optional(),
  tookMs: z.number(),
  /** SHA-256 over the facts a plan relies on (not pids, sizes or times). */
  digest: z.string(),
  os: z.object({
    platform: z.string(),
    arch: z.string(),
    name: z.string(),
    hostname: z.string(),
    user: z.string(),
    uid: z.number().int(),
    home: z.string(),
  }),
  nodes: z.array(z.object({ path: z.string(), version: z.string(), from: z.string() })),
  openclaw: known(OpenClawInstall.nullable()),
  profiles: z.array(ProfileFacts),
  disk: known(z.object({ path: z.string(), totalBytes: z.number(), freeBytes: z.number() })),
  linger: known(z.boolean()),
  serviceManager: z.enum(['systemd', 'launchd', 'task-scheduler', 'none']),
  warnings: z.array(Warning),
})
export type Survey = z.infer<typeof Survey>
