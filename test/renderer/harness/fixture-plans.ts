import type { Sent } from '../../../shared/contract'
import type { Component } from '../../../shared/components'
import type { Plan, PlanOptions, ProofRow, Step } from '../../../shared/plan'
import { before, idOf } from './fixture-data'

/** Options as the window sends them. */
type Chosen = Sent<'plans.migrate'>['options']

const MB = 1_000_000
const NODE_A = idOf('node', 1)
const NODE_B = idOf('node', 2)

const CARRIED: readonly (readonly [Component, number, number, string])[] = [
  ['gateway', 24_100, 6, 'openclaw.json and what it includes'],
  ['agents', 3.4 * MB, 22, '2 agents: main, research'],
  ['credentials', 41_000, 4, '3 credentials'],
  ['cron', 210_000, 2, '5 cron jobs'],
  ['environment', 900, 1, '14 environment values'],
  ['service', 1900, 1, 'Installed anew on the target'],
  ['sessions', 812 * MB, 5034, '41 + 58 sessions with their transcripts'],
  ['memory', 61 * MB, 3, 'Memory of 2 agents'],
  ['workspaces', 2120 * MB, 9532, '2 workspaces, one outside the state folder'],
  ['plugins', 148 * MB, 2210, '3 plugins'],
  ['media', 388 * MB, 640, 'Pictures and files of chats'],
]

const DEFAULTS: readonly Component[] = ['gateway', 'agents', 'credentials', 'cron', 'environment', 'service']

function step(id: string, title: string, action: Step['action'], probe: string): Step {
  return { id, title, detail: `${title}.`, action, probe, isCritical: true, limitMs: 60_000 }
}

const systemctl = (verb: string): string[] => ['systemctl', '--user', verb, 'openclaw-gateway.service']

/** Steps of a migration from pc-a to pc-b. */
function migrationSteps(components: readonly Component[]): Step[] {
  const [a, b] = [
    { nodeId: NODE_A, profile: 'default' },
    { nodeId: NODE_B, profile: 'default' },
  ]
  const carried = [...components]
  return [
    step(
      'safety',
      'Take a safety backup of pc-b',
      { type: 'capture', ...b, components: carried, reason: 'safety', as: 'safety' },
      'The backup reads back whole',
    ),
    step(
      'stop-source',
      'Stop the gateway on pc-a',
      { type: 'service', ...a, verb: 'stop', commands: [systemctl('stop')] },
      'MainPID is 0 and port 18789 is free',
    ),
    step(
      'capture',
      'Read pc-a',
      { type: 'capture', ...a, components: carried, reason: 'migration', as: 'source' },
      'Every file has its hash',
    ),
    step(
      'stage',
      'Stage 36 files on pc-b',
      { type: 'place', ...b, verb: 'stage', snapshot: 'step:source' },
      'Hashes on pc-b equal those of the backup',
    ),
    step(
      'stop-target',
      'Stop the gateway on pc-b',
      { type: 'service', ...b, verb: 'stop', commands: [systemctl('stop')] },
      'MainPID is 0',
    ),
    step(
      'commit',
      'Put the files in place',
      { type: 'place', ...b, verb: 'commit', snapshot: 'step:source' },
      'No source-only path is left on pc-b',
    ),
    step(
      'validate',
      'Let OpenClaw judge its configuration',
      {
        type: 'command',
        nodeId: NODE_B,
        purpose: 'validate',
        commands: [
          ['openclaw', 'config', 'validate'],
          ['openclaw', 'doctor', '--non-interactive'],
        ],
      },
      'Both end with status 0',
    ),
    step(
      'start',
      'Install and start the service on pc-b',
      { type: 'service', ...b, verb: 'install', commands: [['openclaw', 'gateway', 'install'], systemctl('start')] },
      'The unit is active',
    ),
    step(
      'health',
      'Ask the gateway',
      { type: 'http', ...b, path: '/healthz', expectVersion: '2026.9.6' },
      'It answers live with 2026.9.6',
    ),
    step(
      'prove',
      'Prove what was carried',
      { type: 'prove', ...b, snapshot: 'step:source' },
      'All rows of the proof hold',
    ),
  ]
}

function carriedFor(components: readonly Component[]): Plan['carried'] {
  return CARRIED.map(([component, bytes, files, what]) => ({
    component,
    size: { bytes, files },
    isChosen: components.includes(component),
    what,
  }))
}

const REWRITES: Plan['rewrites'] = [
  [
    'openclaw.json',
    '/agents/entries/main/workspace',
    '/home/claw/.openclaw/workspace',
    '/srv/claw home/.openclaw/workspace',
    'rewrite',
    'Lies in the state folder',
  ],
  [
    'openclaw.json',
    '/agents/entries/research/workspace',
    '/home/claw/.openclaw/workspace-research',
    '/srv/claw home/.openclaw/workspace-research',
    'rewrite',
    'Lies in the state folder',
  ],
  ['openclaw.json', '/gateway/port', '18789', '18889', 'ask', 'Port 18789 is taken on pc-b'],
  ['openclaw.json', '/gateway/auth/token', '•••', '•••', 'regenerate', 'Two machines must not share one token'],
  [
    'state/openclaw.sqlite',
    'cron_jobs.store_key',
    '/home/claw/.openclaw/cron/jobs.json',
    '/srv/claw home/.openclaw/cron/jobs.json',
    'rewrite',
    'Cron jobs vanish when this path is wrong',
  ],
  ['.env', 'ANTHROPIC_API_KEY', '•••', '•••', 'keep', 'A value, not a path'],
  ['.env', 'TZ', 'Europe/Madrid', 'Europe/Madrid', 'keep', 'A value, not a path'],
].map(([file = '', pointer = '', from = '', to = '', kind, why = ''], index) => ({
  id: `rewrite-${index}`,
  file,
  pointer,
  from,
  to,
  class: kind as Plan['rewrites'][number]['class'],
  why,
  isEditable: kind === 'rewrite' || kind === 'ask',
}))

const BOT_DECISION: Plan['decisions'][number] = {
  id: 'bot',
  title: 'Both gateways poll the same Telegram bot',
  detail: 'Telegram lets one of them listen. Bot 700123450 is configured on pc-a and on pc-b.',
  options: [
    { id: 'stop-source', label: 'Keep it on pc-b', consequence: 'pc-a stays stopped, so only pc-b listens.' },
    { id: 'disable', label: 'Leave it off on pc-b', consequence: 'The channel is carried but disabled.' },
  ],
  chosen: null,
}

let made = 0

/** A migration as main would plan it. */
export function migratePlan(chosen: Chosen): Plan {
  const options = complete(chosen)
  const decided = options.decisions['bot'] ?? null
  return {
    ...basis('migrate', options),
    sentence:
      'Carry 2 agents, 5 cron jobs, 1 Telegram bot and 14 environment values from pc-a to pc-b. 4 values are rewritten. ' +
      (options.mode === 'move' ? 'pc-a is stopped.' : 'pc-a keeps running.'),
    source: NODE_A,
    target: NODE_B,
    carried: carriedFor(options.components),
    rewrites: REWRITES.map(rewrite => ({ ...rewrite, to: options.set[rewrite.id] ?? rewrite.to })),
    decisions: [{ ...BOT_DECISION, chosen: decided }],
    notes: ['pc-b runs the same OpenClaw version, so nothing is upgraded.'],
    steps: migrationSteps(options.components),
    wayBack: 'pc-b returns to its safety backup and pc-a is started again. One click, about 20 seconds.',
  }
}

/** A backup as main would plan it. */
export function backupPlan(nodeId: string, chosen: Chosen): Plan {
  const options = complete(chosen)
  return {
    ...basis('backup', options),
    sentence: 'Back up 2 agents, 5 cron jobs, 3 credentials and 14 environment values of pc-a. Nothing on it changes.',
    source: nodeId,
    carried: carriedFor(options.components),
    steps: migrationSteps(options.components).slice(2, 3),
    wayBack: 'Nothing changes on pc-a, so there is nothing to take back.',
  }
}

const DIFF = `--- openclaw.json
+++ openclaw.json
@@ -3,6 +3,6 @@
   // the one I tuned for weeks
   "gateway": {
-    "port": 18889,
+    "port": 18789,
     "bind": "loopback",
-    "auth": { "token": "•••" }
+    "auth": { "token": "•••" }
   },`

/** A restore as main would plan it, blocked when `isBlocked`. */
export function restorePlan(nodeId: string, chosen: Chosen, isBlocked: boolean): Plan {
  const options = complete(chosen)
  return {
    ...basis('restore', options),
    sentence: 'Put the backup of pc-a from this morning onto pc-b: 2 files added, 1 changed, 31 kept, 1 removed.',
    target: nodeId,
    snapshot: idOf('backup', 0),
    carried: carriedFor(options.components),
    differences: [
      { path: 'openclaw.json', component: 'gateway', change: 'changed', bytes: 24_100, diff: DIFF },
      { path: 'agents/research/agent/models.json', component: 'agents', change: 'added', bytes: 4100 },
      { path: 'agents/research/agent/openclaw-agent.sqlite', component: 'agents', change: 'added', bytes: 712_000 },
      { path: 'credentials/whatsapp/default/creds.json', component: 'credentials', change: 'removed', bytes: 3300 },
      { path: '.env', component: 'environment', change: 'kept', bytes: 900 },
    ],
    blockers: isBlocked
      ? [
          {
            code: 'disk-full',
            text: 'pc-b has 1.1 GB left and needs 2.4 GB.',
            wayOut: 'Leave out workspaces, or free space on pc-b.',
          },
        ]
      : [],
    steps: migrationSteps(options.components).filter(({ id }) => id !== 'stop-source' && id !== 'capture'),
    wayBack: 'pc-b returns to the safety backup taken first.',
  }
}

/** Options with what was left out. */
export function complete(chosen: Chosen): PlanOptions {
  const {
    components = [...DEFAULTS],
    mode = 'move',
    profile = 'default',
    set = {},
    decisions = {},
    force = false,
  } = chosen
  return { components, mode, profile, set, decisions, force }
}

/** A plan with nothing in it. */
export function basis(kind: Plan['kind'], options: PlanOptions): Plan {
  made += 1
  return {
    id: idOf('plan', made),
    kind,
    sentence: '',
    createdAt: before(0),
    source: null,
    target: null,
    snapshot: null,
    relies: {},
    options,
    carried: [],
    leftOut: [
      { path: 'cache/control-ui-assets', why: 'Made again at the next start', bytes: 54 * MB },
      { path: 'npm-runtime', why: 'Bound to this machine', bytes: 310 * MB },
      { path: 'plugin-skills', why: 'Generated links', bytes: 0 },
    ],
    rewrites: [],
    decisions: [],
    differences: [],
    blockers: [],
    notes: [],
    steps: [],
    wayBack: '',
  }
}

/** The way back as a plan. */
export function returnPlan(): Plan {
  const options = complete({})
  return {
    ...basis('return', options),
    sentence: 'Return pc-b to its safety backup and start pc-a again.',
    source: NODE_A,
    target: NODE_B,
    steps: migrationSteps(options.components).slice(3, 9),
    wayBack: 'Run the migration again.',
  }
}

/** A proof that holds. */
export const PROOF: readonly ProofRow[] = [
  { what: 'Gateway version on port 18889', expected: '2026.9.6', found: '2026.9.6', verdict: 'proven' },
  { what: 'Agents', expected: '2', found: '2', verdict: 'proven' },
  { what: 'Cron jobs', expected: '5', found: '5', verdict: 'proven' },
  { what: 'Channels', expected: '1', found: '1', verdict: 'proven' },
  { what: 'Credentials', expected: '3', found: '3', verdict: 'proven' },
  { what: 'Source-only paths left', expected: '0', found: '0', verdict: 'proven' },
  { what: 'Hashes of carried files', expected: '36 equal', found: '36 equal', verdict: 'proven' },
]
