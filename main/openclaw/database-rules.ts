/**
 * Cron tables keyed by `<stateDir>/cron/jobs.json`. The fourth came after the first three and refers to `cron_jobs`, so edits
 * need foreign keys off or deferred.
 */
export const CRON_STORE = {
  suffix: 'cron/jobs.json',
  tables: ['cron_jobs', 'cron_run_receipts', 'cron_job_scratch', 'cron_job_runtime_authorities'],
} as const

/**
 * Columns of the state database that hold one absolute path each. Left alone: `workspace_*` (recreated), `agent_databases`
 * (relative), `config_health_entries`, `migration_*`, `backup_runs` (history), leases.
 */
export const DATABASE_PATHS: readonly { readonly table: string; readonly column: string; readonly what: string }[] = [
  { table: 'acp_sessions', column: 'cwd', what: 'Working folders of sessions' },
  { table: 'acp_replay_sessions', column: 'cwd', what: 'Working folders of sessions' },
  { table: 'session_groups', column: 'cwd', what: 'Working folders of session groups' },
  { table: 'session_watch_cursors', column: 'watcher_store_path', what: 'Session stores' },
  { table: 'subagent_runs', column: 'controller_store_path', what: 'Session stores' },
  { table: 'subagent_runs', column: 'requester_store_path', what: 'Session stores' },
  { table: 'exec_approvals_config', column: 'socket_path', what: 'Approval socket' },
  { table: 'projects', column: 'repo_root', what: 'Project folders' },
  { table: 'worktrees', column: 'repo_root', what: 'Project folders' },
  { table: 'worktrees', column: 'path', what: 'Worktrees' },
  { table: 'managed_outgoing_image_records', column: 'original_media_root', what: 'Media folders' },
  { table: 'outbound_media_provenance', column: 'realpath', what: 'Media files' },
  { table: 'plugin_binding_approvals', column: 'plugin_root', what: 'Plugin folders' },
  { table: 'skill_usage', column: 'skill_file', what: 'Skill files' },
  { table: 'claw_installs', column: 'workspace', what: 'Workspaces' },
  { table: 'claw_installs', column: 'package_root', what: 'Installed packages' },
  { table: 'claw_installs', column: 'manifest_path', what: 'Installed packages' },
]

/** One column whose values are JSON texts. `except`: rows that OpenClaw makes anew at its next start. */
export interface JsonColumn {
  readonly table: string
  readonly column: string
  readonly what: string
  readonly except?: { readonly column: string; readonly equals: string }
}

/** JSON in the state database that steers something and may name paths: `cwd` and words of command jobs, and the like. */
export const STATE_JSON: readonly JsonColumn[] = [
  { table: 'cron_jobs', column: 'job_json', what: 'scheduled jobs' },
  { table: 'cron_jobs', column: 'state_json', what: 'scheduled jobs' },
  { table: 'claw_cron_refs', column: 'job_json', what: 'scheduled jobs' },
  { table: 'cron_job_runtime_authorities', column: 'authority_json', what: 'scheduled jobs' },
  { table: 'plugin_state_entries', column: 'value_json', what: 'state of plugins' },
  { table: 'plugin_blob_entries', column: 'metadata_json', what: 'state of plugins' },
  { table: 'exec_approvals_config', column: 'raw_json', what: 'approvals' },
  { table: 'sandbox_registry_entries', column: 'entry_json', what: 'sandboxes' },
  { table: 'user_preferences', column: 'value_json', what: 'preferences' },
  { table: 'acp_sessions', column: 'runtime_options_json', what: 'working folders' },
  { table: 'worktrees', column: 'provisioned_paths_json', what: 'worktrees' },
  { table: 'worktrees', column: 'run_end_cleanup_json', what: 'worktrees' },
  { table: 'local_workspace_projections', column: 'source_paths_json', what: 'workspaces' },
  { table: 'managed_outgoing_image_records', column: 'record_json', what: 'media' },
  { table: 'claw_installs', column: 'agent_owned_paths_json', what: 'installed packages' },
  {
    table: 'config_machine_state',
    column: 'value_json',
    what: 'state of this machine',
    except: { column: 'state_key', equals: 'plugins.installedIndex' },
  },
]

/** The same for each agent's database: what `sessions.json` was in the JSON era, and its credentials. */
export const AGENT_JSON: readonly JsonColumn[] = [
  { table: 'session_nodes', column: 'entry_json', what: 'session entries' },
  { table: 'auth_profile_store', column: 'store_json', what: 'credentials that name files' },
]

/** Names of JSON values that are for people and models: shown, never edited. */
export const JSON_TEXTS: readonly string[] = [
  'message',
  'text',
  'prompt',
  'systemPrompt',
  'instructions',
  'description',
  'name',
  'label',
  'displayName',
  'title',
  'summary',
  'notes',
  'lastError',
  'lastMessage*',
]

/** Rows by which this machine is known to others. A copy must not have them. */
export const IDENTITY_ROWS: readonly string[] = [
  'device_identities',
  'device_auth_tokens',
  'gateway_origin_device_tokens',
  'device_pairing_pending',
  'device_pairing_paired',
  'device_pairing_join_codes',
  'device_pair_setup_completions',
  'device_bootstrap_tokens',
]

/** Rows that would make the copy act for the source. */
export const TRANSIENT_ROWS: readonly string[] = ['delivery_queue_entries', 'channel_ingress_events']

/** Files of the JSON era (and their import leftovers) by which this machine is known to others. */
const IDENTITY_FILES = /^(?:identity|devices|nodes)\/|^node\.json(?:\.|$)|^delivery-queue\//

/** Old copies of the config hold the source's secrets, and OpenClaw falls back to them. */
const CONFIG_COPIES = /^(?:openclaw|clawdbot|moltbot)\.json\../

/** Whether a file (relative to the state directory) is not placed on a clone. */
export function isDroppedInClone(relPath: string): boolean {
  return IDENTITY_FILES.test(relPath) || CONFIG_COPIES.test(relPath)
}

/** Files that may be there; named for a clone whether or not they were read as text. */
export const DROPPED_FILES: readonly string[] = [
  'identity/device.json',
  'identity/device-auth.json',
  'devices/paired.json',
  'devices/pending.json',
  'nodes/paired.json',
  'nodes/pending.json',
  'node.json',
]
