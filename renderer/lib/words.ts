import type { Component } from '../../shared/components'
import type { ErrorCode } from '../../shared/errors'
import type { BackupSummary } from '../../shared/backup'
import type { RewriteClass, StepState } from '../../shared/plan'
import type { TestStageName } from '../../shared/node'
import type { InstallMethod } from '../../shared/survey'

/** The components in the order they are shown. Mirrors shared/components, whose schemas stay out of the window. */
export const COMPONENTS: Readonly<Record<Component, string>> = {
  gateway: 'Gateway settings',
  agents: 'Agents',
  credentials: 'Credentials',
  cron: 'Cron jobs',
  environment: 'Environment values',
  service: 'Service',
  sessions: 'Sessions',
  memory: 'Memory',
  workspaces: 'Workspaces',
  plugins: 'Plugins',
  media: 'Media',
}

/** What each stage of a first contact asks. */
export const STAGES: Readonly<Record<TestStageName, string>> = {
  name: 'Name resolves',
  port: 'Port answers',
  'host-key': 'Host key is known',
  login: 'Login works',
  node: 'Node.js found',
  openclaw: 'OpenClaw found',
}

/** The stages in order. */
export const STAGE_ORDER = Object.keys(STAGES) as TestStageName[]

/** Words of a step's state. */
export const STEP_STATES: Readonly<Record<StepState, string>> = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  unknown: 'Unknown',
  skipped: 'Skipped',
  'needs-you': 'Needs you',
  undone: 'Undone',
}

/** Words of what happens to a value. */
export const REWRITE_CLASSES: Readonly<Record<RewriteClass, string>> = {
  rewrite: 'Rewritten',
  keep: 'Kept',
  regenerate: 'Made anew',
  ask: 'Asks you',
}

/** The ways OpenClaw is installed. */
export const METHODS: Readonly<Record<InstallMethod, string>> = {
  'npm-global': 'npm, global',
  'npm-prefix': 'npm, own prefix',
  pnpm: 'pnpm',
  bun: 'bun',
  git: 'git',
  'install-cli': 'install script',
  container: 'container',
  unknown: 'unknown way',
}

/** Why a backup was made. */
export const REASONS: Readonly<Record<BackupSummary['reason'], string>> = {
  manual: 'Manual',
  migration: 'Migration',
  safety: 'Safety copy',
  deletion: 'Before deletion',
  import: 'Imported',
}

/** A title for each failure. The sentence below it comes from main. */
export const ERROR_TITLES: Readonly<Record<ErrorCode, string>> = {
  'bad-input': 'That input cannot be used',
  'untrusted-sender': 'The request was refused',
  'not-found': 'Not found',
  protected: 'This node is protected',
  'credential-missing': 'No credential is stored',
  'credential-refused': 'The login was refused',
  'key-unreadable': 'The private key cannot be read',
  'agent-unavailable': 'The ssh-agent does not help',
  'keychain-unavailable': 'The keychain is not available',
  'name-unknown': 'The name is unknown',
  'connection-refused': 'Nothing answers on that port',
  'connection-lost': 'The connection was lost',
  'handshake-failed': 'The SSH handshake failed',
  'host-key-unknown': 'First contact: the host key is not known yet',
  'host-key-changed': 'The host key has changed',
  timeout: 'It took too long',
  aborted: 'Cancelled',
  'output-too-large': 'The answer was too large',
  'command-failed': 'A command failed on the node',
  'check-failed': 'The check did not pass',
  'node-missing': 'No Node.js on this machine',
  'openclaw-missing': 'No OpenClaw on this machine',
  'config-invalid': 'The OpenClaw configuration is broken',
  'version-older': 'The target has an older OpenClaw',
  'disk-full': 'The disk is full',
  'permission-denied': 'Permission was denied',
  'guard-refused': 'A guard on the node refused',
  'bad-answer': 'The node gave a strange answer',
  'file-changed': 'A file changed while it was read',
  'backup-damaged': 'The backup is damaged',
  'backup-missing': 'The backup is missing',
  'key-missing': 'The backup key is missing',
  'plan-stale': 'The node has changed since this plan',
  'plan-blocked': 'The plan cannot run yet',
  busy: 'The node is busy',
  'data-folder-in-use': 'Another OCM uses this data folder',
  'database-damaged': 'The database is damaged',
  internal: 'Something went wrong inside OCM',
}
