import type { Sent } from '../../../shared/contract'
import type { Deletion, DeletionItem, DeletionOptions, DeletionVerb } from '../../../shared/deletion'
import type { Plan, Step } from '../../../shared/plan'
import { idOf } from './fixture-data'
import { basis, complete } from './fixture-plans'
import { nodeOf, refuse } from './fixture-state'

/** Options as the window sends them. */
type Chosen = Sent<'plans.delete'>['options']

const MB = 1_000_000
const HOME = '/home/claw'
const STATE = `${HOME}/.openclaw`
const PACKAGE = '/usr/lib/node_modules/openclaw'
const WORKSPACE = '/srv/ops'

type Sketch = Partial<DeletionItem> & Pick<DeletionItem, 'kind' | 'name'>

function item(sketch: Sketch): DeletionItem {
  return {
    id: `${sketch.kind}:${sketch.path ?? sketch.name}`,
    path: null,
    scope: 'user',
    profile: 'default',
    size: null,
    refusal: null,
    needsRoot: false,
    process: null,
    port: null,
    uninstall: null,
    paths: [],
    lines: [],
    verdict: 'goes',
    why: 'Belongs to profile default',
    verb: null,
    ...sketch,
  }
}

const line = (text: string) => ({ text, sha256: text.length.toString(16).padStart(64, '0') })

/** What was found on a machine that has seen a few years of OpenClaw. */
function found({ workspaces }: DeletionOptions): DeletionItem[] {
  const unit = `${HOME}/.config/systemd/user/openclaw-gateway.service`
  const isTicked = workspaces.includes(WORKSPACE)
  return [
    item({ kind: 'unit', name: 'openclaw-gateway.service', path: unit, verb: 'remove-units' }),
    item({
      kind: 'unit',
      name: 'openclaw.service',
      path: '/etc/systemd/system/openclaw.service',
      scope: 'system',
      needsRoot: true,
      verb: 'remove-units',
    }),
    item({ kind: 'unit', name: 'openclaw-gateway.service.bak', path: `${unit}.bak`, verb: 'remove-units' }),
    item({
      kind: 'process',
      name: 'openclaw-gateway (pid 4127)',
      process: { pid: 4127, startedAtTicks: 91, role: 'gateway', unit: 'openclaw-gateway' },
      verb: 'stop',
    }),
    item({ kind: 'port', name: '127.0.0.1:18789', port: 18789, verb: 'stop' }),
    item({
      kind: 'state',
      name: STATE,
      path: STATE,
      size: { bytes: 3540 * MB, files: 27_486 },
      verb: 'remove-state',
    }),
    ...['clawdbot', 'moltbot'].map(name =>
      item({
        kind: 'leftover',
        name: `${HOME}/.${name}`,
        path: `${HOME}/.${name}`,
        size: { bytes: 14 * MB, files: 112 },
        verb: 'remove-state',
      }),
    ),
    ...Array.from({ length: 7 }, (_, index) =>
      item({
        kind: 'leftover',
        name: `/tmp/openclaw-1000-${index}`,
        path: `/tmp/openclaw-1000-${index}`,
        size: { bytes: 410_000, files: 3 },
        verb: 'remove-state',
      }),
    ),
    item({
      kind: 'package',
      name: 'openclaw',
      path: PACKAGE,
      scope: 'system',
      profile: null,
      needsRoot: true,
      size: { bytes: 412 * MB, files: 18_204 },
      uninstall: ['npm', 'uninstall', '--global', 'openclaw'],
      paths: ['/usr/bin/openclaw'],
      verb: 'uninstall',
    }),
    item({
      kind: 'shell-lines',
      name: `${HOME}/.bashrc`,
      path: `${HOME}/.bashrc`,
      lines: [line('source "$HOME/.openclaw/completions/openclaw.bash"')],
      verb: 'uninstall',
    }),
    item({
      kind: 'cron-lines',
      name: 'crontab of claw',
      lines: [line('@reboot openclaw gateway start')],
      verb: 'uninstall',
    }),
    item({
      kind: 'workspace',
      name: WORKSPACE,
      path: WORKSPACE,
      size: { bytes: 2100 * MB, files: 9120 },
      verdict: isTicked ? 'goes' : 'stays',
      why: isTicked ? 'You ticked it' : 'Lies outside the state folder: it may hold other work',
      verb: isTicked ? 'remove-state' : null,
    }),
    item({
      kind: 'state',
      name: '/',
      path: '/',
      profile: 'broken',
      verdict: 'refused',
      refusal: 'The configuration of profile broken names the root of the file system as its state folder.',
    }),
    item({
      kind: 'linger',
      name: 'claw',
      verdict: 'stays',
      why: 'It was on before OCM came; other services of claw may need it',
    }),
    item({
      kind: 'unit',
      name: 'openclaw-gateway-work.service',
      profile: 'work',
      verdict: 'stays',
      why: 'Belongs to profile work, which is not chosen',
    }),
    item({
      kind: 'cron-lines',
      name: 'crontab of root',
      scope: 'system',
      lines: [line('0 4 * * * /root/check-openclaw.sh')],
      verdict: 'by-hand',
      why: 'A script of root’s own mentions OpenClaw; OCM does not know what else it does',
    }),
  ]
}

const TITLES: Readonly<Record<DeletionVerb, readonly [title: string, probe: string]>> = {
  stop: ['Stop OpenClaw', 'No process of it runs and port 18789 is free'],
  disable: ['Disable its start at boot', 'No unit of it is enabled'],
  'back-up': ['Back up the configuration', 'The backup reads back whole'],
  'release-bots': ['Release the Telegram bots', 'No webhook and no pending update is left'],
  'clear-sessions': ['Clean session data', 'No session file is left'],
  uninstall: ['Uninstall OpenClaw', 'No package and no command on PATH'],
  'remove-state': ['Remove state and configuration', 'None of the folders is there'],
  'remove-units': ['Remove service definitions', 'No unit file is left and the manager is reloaded'],
  verify: ['Verify by a witness', 'A new connection finds nothing of the inventory'],
  'update-registry': ['Update the registry', 'The record and its secrets are gone from OCM'],
  record: ['Write the audit record', 'The certificate is in the log'],
}

const COMMANDS: Partial<Record<DeletionVerb, string[][]>> = {
  stop: [
    ['systemctl', '--user', 'stop', 'openclaw-gateway.service'],
    ['sudo', 'systemctl', 'stop', 'openclaw.service'],
  ],
  disable: [['systemctl', '--user', 'disable', 'openclaw-gateway.service']],
  uninstall: [['sudo', 'npm', 'uninstall', '--global', 'openclaw']],
  'remove-units': [['systemctl', '--user', 'daemon-reload']],
}

const CRITICAL: ReadonlySet<DeletionVerb> = new Set(['stop', 'back-up', 'verify', 'update-registry', 'record'])

function steps(nodeId: string, items: readonly DeletionItem[], isWaived: boolean): Step[] {
  const verbs = Object.keys(TITLES) as DeletionVerb[]
  return verbs.map(verb => ({
    id: verb,
    title: isWaived && verb === 'back-up' ? 'Back up: waived' : TITLES[verb][0],
    detail: `${TITLES[verb][0]}.`,
    action: {
      type: 'delete',
      nodeId,
      verb,
      items: items.filter(one => one.verb === verb).map(({ id }) => id),
      commands: COMMANDS[verb] ?? [],
    },
    probe: TITLES[verb][1],
    isCritical: CRITICAL.has(verb) && !(isWaived && verb === 'back-up'),
    limitMs: verb === 'stop' ? 330_000 : 30_000,
  }))
}

const BOT_FATHER = 'https://t.me/BotFather'

/** What a deletion would take, as main would say it. */
export function deletionOf(nodeId: string, chosen: Chosen): Deletion {
  const { record, survey, lastBackup } = nodeOf(nodeId)
  const names = survey?.profiles.map(({ name }) => name) ?? []
  const { workspaces = [], keepCopyOnNode = false, waiveBackup = false, peers = [] } = chosen
  const options = { profiles: chosen.profiles ?? null, workspaces, keepCopyOnNode, waiveBackup, peers }
  const isBare = names.length === 0
  const profiles = options.profiles ?? (isBare ? ['default'] : names)
  return {
    options,
    confirm: record.label,
    profiles,
    isWhole: profiles.length >= names.length,
    items: isBare ? [] : found(options),
    notSeen: isBare ? [] : [{ what: 'Crontab of root', why: 'sudo was not asked for yet' }],
    bots: isBare
      ? []
      : [
          { botId: '700123450', account: 'default', profile: 'default', sharedWith: null },
          { botId: '700123499', account: 'alerts', profile: 'default', sharedWith: 'pc-b' },
        ],
    peers: isBare
      ? []
      : [
          {
            nodeId: idOf('node', 2),
            label: 'pc-b',
            profile: 'default',
            deviceId: 'd3v1ce-a',
            what: `paired operator device of ${record.label}`,
          },
        ],
    byHand: isBare
      ? []
      : [
          {
            text: 'Telegram lets only its owner delete a bot. Send this to BotFather and choose bot 700123450.',
            command: '/deletebot',
            link: BOT_FATHER,
          },
          {
            text: 'pc-b still knows this machine (paired operator device). Remove the record there if you like.',
            command: 'openclaw devices remove -- d3v1ce-a',
            link: null,
          },
        ],
    lastBackup: lastBackup === null ? null : { id: lastBackup.id, at: lastBackup.at },
    digest: 'e'.repeat(64),
  }
}

/** A deletion as main would plan it. A machine that does not answer has none. */
export function deletionPlan(nodeId: string, chosen: Chosen): Plan {
  const { record, reach, problem } = nodeOf(nodeId)
  if (reach === 'offline' || reach === 'blocked')
    return refuse(problem?.code ?? 'connection-lost', problem?.message ?? 'It does not answer.', problem?.hint)
  const deletion = deletionOf(nodeId, chosen)
  const isBare = deletion.items.length === 0
  return {
    ...basis('delete', complete({})),
    leftOut: [],
    sentence: isBare
      ? `Nothing of OpenClaw was found on ${record.label}. A witness proves it, then the record goes.`
      : `Delete OpenClaw from ${record.label}: its services, state, program and traces, 4 GB in 45,940 files.`,
    source: nodeId,
    target: nodeId,
    deletion,
    noReturnFrom: 'release-bots',
    blockers: blockersOf(nodeId),
    steps: steps(nodeId, deletion.items, deletion.options.waiveBackup),
    wayBack:
      'Until the bots are released, what was stopped is started again. After that there is no way back but a restore.',
  }
}

function blockersOf(nodeId: string): Plan['blockers'] {
  const { record } = nodeOf(nodeId)
  if (!record.isProtected) return []
  return [
    {
      code: 'protected',
      text: `${record.label} is protected.`,
      wayOut: 'Remove the protection first. Nothing was done.',
    },
  ]
}

/** A quarantine as main would plan it. */
export function quarantinePlan(nodeId: string, days: number, chosen: Chosen): Plan {
  const plan = deletionPlan(nodeId, chosen)
  const label = nodeOf(nodeId).record.label
  return {
    ...plan,
    kind: 'quarantine',
    sentence: `Stop OpenClaw on ${label} now and delete it in ${days} days. Until then one click brings it back.`,
    steps: [
      ...plan.steps.slice(0, 2),
      {
        id: 'keep',
        title: `Keep ${label} until it is deleted`,
        detail: `OCM notes that the deletion is due in ${days} days.`,
        action: { type: 'quarantine', nodeId, verb: 'keep', items: [], days, commands: [] },
        probe: 'The note is in OCM',
        isCritical: true,
        limitMs: 30_000,
      },
    ],
    wayBack: 'Bring back starts what was stopped.',
  }
}

/** Bringing back as main would plan it. */
export function releasePlan(nodeId: string): Plan {
  const label = nodeOf(nodeId).record.label
  return {
    ...basis('release', complete({})),
    leftOut: [],
    sentence: `Start OpenClaw on ${label} again and forget that it was to be deleted.`,
    source: nodeId,
    target: nodeId,
    steps: (['enable', 'start', 'end'] as const).map((verb, index) => ({
      id: verb,
      title: ['Enable its start at boot', `Start OpenClaw on ${label}`, 'End the quarantine'][index] ?? '',
      detail: 'As it was before.',
      action: { type: 'quarantine', nodeId, verb, items: [], days: 0, commands: [] },
      probe: 'It is as before',
      isCritical: true,
      limitMs: 30_000,
    })),
    wayBack: 'Quarantine it again.',
  }
}
