/**
 * How a value is treated.
 * `workspace`: a folder OCM can carry itself · `path`: a folder or file · `file`: a file that must be there for the gateway
 * to start · `command`: words of a program to run · `system`: depends on the operating system · `host`: names a machine ·
 * `port` · `gateway-secret`: two machines must not share it · `bot`: two gateways must not poll it · `text`: for people and
 * models, never edited · `kept`: stays on purpose, and is shown.
 */
export type RuleKind =
  'workspace' | 'path' | 'file' | 'command' | 'system' | 'host' | 'port' | 'gateway-secret' | 'bot' | 'text' | 'kept'

/** One row: a JSON pointer pattern of the merged config (`*` one segment, `**` any number) and what stands there. */
export interface Rule {
  readonly pattern: string
  readonly kind: RuleKind
  readonly what: string
  readonly expression: RegExp
}

const rule = (kind: RuleKind, what: string, ...patterns: readonly string[]): readonly Rule[] =>
  patterns.map(pattern => ({ pattern, kind, what, expression: compile(pattern) }))

/** Agents stand under `entries` now and under `list` in older releases; defaults share their keys. */
const agents = (...keys: readonly string[]): readonly string[] =>
  keys.flatMap(key => [`/agents/defaults/${key}`, `/agents/entries/*/${key}`, `/agents/list/*/${key}`])

/** The config's rules; the first that matches wins. What none matches goes through the net for paths alone. */
export const CONFIG_RULES: readonly Rule[] = [
  ...rule('text', 'free text', '/**/prompt', '/**/systemPrompt', '/**/description', '/**/message', '/**/instructions'),
  ...rule('text', 'free text', '/**/messageTemplate', '/**/textTemplate', '/**/theme', '/**/responsePrefix'),
  ...rule('text', 'free text', ...agents('identity/**'), '/**/systemPromptOverride', '/**/promptAppend', '/**/notes'),
  ...rule('workspace', 'workspace', ...agents('workspace')),
  ...rule('path', 'agent folder', ...agents('repoRoot', 'cwd', 'agentDir', 'runtime/acp/cwd')),
  ...rule('path', 'sandbox', ...agents('sandbox/workspaceRoot', 'sandbox/docker/binds/*', 'sandbox/docker/workdir')),
  ...rule('file', 'sandbox key file', ...agents('sandbox/ssh/*File')),
  ...rule('path', 'sandbox', ...agents('sandbox/docker/seccompProfile', 'sandbox/browser/binds/*')),
  ...rule('path', 'worktrees', '/**/worktreeRoot'),
  ...rule('path', 'session store', '/session/store'),
  ...rule('path', 'cron store', '/cron/store'),
  ...rule('path', 'memory search', ...memoryKeys()),
  ...rule('path', 'speech preferences', '/**/tts/prefsPath'),
  ...rule('path', 'skills', '/skills/load/extraDirs/*', '/skills/load/allowSymlinkTargets/*'),
  ...rule(
    'path',
    'plugins',
    '/plugins/load/paths/*',
    '/plugins/installs/*/installPath',
    '/plugins/installs/*/sourcePath',
  ),
  ...rule('path', 'hooks', '/hooks/transformsDir', '/hooks/internal/load/extraDirs/*'),
  ...rule('path', 'hooks', '/hooks/internal/installs/*/installPath'),
  ...rule(
    'command',
    'MCP server',
    '/mcp/servers/*/command',
    '/mcp/servers/*/args/*',
    '/nodeHost/mcp/servers/*/command',
  ),
  ...rule(
    'command',
    'MCP server',
    '/nodeHost/mcp/servers/*/args/*',
    '/plugins/entries/acpx/config/mcpServers/*/command',
  ),
  ...rule('path', 'MCP server', '/mcp/servers/*/cwd', '/nodeHost/mcp/servers/*/cwd'),
  ...rule('command', 'local model service', '/models/providers/*/localService/command'),
  ...rule('command', 'local model service', '/models/providers/*/localService/args/*'),
  ...rule('path', 'local model service', '/models/providers/*/localService/cwd'),
  ...rule('command', 'media tool', '/tools/media/**/command', '/tools/links/**/command', '/tools/media/**/args/*'),
  ...rule('command', 'media tool', '/tools/links/**/args/*'),
  ...rule('system', 'browser', '/browser/executablePath', '/browser/profiles/*/executablePath'),
  ...rule('system', 'browser', '/browser/profiles/*/userDataDir'),
  ...rule('port', 'browser debugging port', '/browser/profiles/*/cdpPort'),
  ...rule('host', 'browser debugging address', '/browser/profiles/*/cdpUrl', '/browser/cdpUrl'),
  ...rule('file', 'secret provider', '/secrets/providers/*/path'),
  ...rule('command', 'secret provider', '/secrets/providers/*/command', '/secrets/providers/*/args/*'),
  ...rule('path', 'secret provider', '/secrets/providers/*/trustedDirs/*'),
  ...rule('file', 'channel token file', '/channels/**/tokenFile', '/channels/**/secretFile'),
  ...rule('file', 'channel certificate', '/channels/**/webhookCertPath', '/channels/**/serviceAccountFile'),
  ...rule('path', 'channel', '/channels/**/authDir', '/channels/**/dbPath', '/channels/**/socketPath'),
  ...rule('command', 'channel', '/channels/**/cliPath'),
  ...rule('file', 'gateway certificate', '/gateway/tls/*Path'),
  ...rule('file', 'desktop password file', '/desktop/host/passwordFile'),
  ...rule('path', 'log file', '/logging/file'),
  ...rule('path', 'control page', '/gateway/controlUi/root'),
  ...rule('path', 'included config', '/**/$include', '/**/$include/*'),
  ...rule('port', 'gateway port', '/gateway/port'),
  ...rule('port', 'MCP apps port', '/mcp/apps/sandboxPort'),
  ...rule('port', 'webhook port', '/channels/telegram/webhookPort', '/channels/telegram/accounts/*/webhookPort'),
  ...rule('port', 'mail hook port', '/hooks/gmail/serve/port'),
  ...rule('kept', 'how the gateway is reached', '/gateway/bind', '/gateway/tailscale/mode'),
  ...rule('host', 'address the gateway listens on', '/gateway/customBindHost'),
  ...rule('host', 'public address', '/gateway/publicOrigin', '/gateway/controlUi/allowedOrigins/*'),
  ...rule('host', 'proxy', '/gateway/trustedProxies/*', '/proxy/**'),
  ...rule('host', 'Tailscale', '/gateway/tailscale/**'),
  ...rule('host', 'remote gateway', '/gateway/remote/url', '/gateway/remote/sshTarget'),
  ...rule('host', 'public address', '/plugins/entries/device-pair/config/publicUrl', '/mcp/apps/sandboxOrigin'),
  ...rule('host', 'webhook', '/channels/**/webhookUrl', '/channels/**/webhookHost', '/hooks/gmail/hookUrl'),
  ...rule('host', 'channel server', '/channels/**/apiRoot', '/channels/**/proxy'),
  ...rule('gateway-secret', 'gateway secret', '/gateway/auth/token', '/gateway/auth/password', '/gateway/token'),
  ...rule('bot', 'bot token', '/channels/*/botToken', '/channels/*/accounts/*/botToken'),
  ...rule('bot', 'bot token', '/channels/*/token', '/channels/*/accounts/*/token'),
  ...rule('bot', 'app token', '/channels/*/appToken', '/channels/*/accounts/*/appToken'),
]

function memoryKeys(): readonly string[] {
  const keys = ['extraPaths/*', 'local/modelPath', 'local/modelCacheDir', 'store/path', 'store/vector/extensionPath']
  return keys.flatMap(key => [`/memory/search/${key}`, ...agents(`memory/search/${key}`, `memorySearch/${key}`)])
}

/** Rules of the other JSON files, by file pattern. They have no channels and no gateway. */
export const FILE_RULES: readonly { readonly file: RegExp; readonly rules: readonly Rule[] }[] = [
  {
    file: /^cron\/jobs(-state)?\.json$/,
    rules: rule(
      'text',
      'free text',
      '/**/message',
      '/**/text',
      '/**/description',
      '/**/name',
      '/**/lastError',
      '/**/prompt',
    ),
  },
  {
    file: /^agents\/[^/]+\/sessions\/sessions\.json$/,
    rules: rule('text', 'free text', '/**/prompt', '/**/label', '/**/displayName', '/**/lastMessage*', '/**/summary'),
  },
  { file: /^node\.json$/, rules: rule('port', 'gateway port', '/gateway/port') },
]

/** The first rule that fits, or undefined. */
export function ruleFor(rules: readonly Rule[], pointer: string): Rule | undefined {
  return rules.find(({ expression }) => expression.test(pointer))
}

function compile(pattern: string): RegExp {
  const part = (text: string): string => {
    if (text === '**') return '(?:/[^/]*)*'
    return `/${text.replace(/[$.+?^()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}`
  }
  return new RegExp(`^${pattern.split('/').slice(1).map(part).join('')}$`)
}
