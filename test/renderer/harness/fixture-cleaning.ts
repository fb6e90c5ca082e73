import type { CleanOptions, Cleaning, LeakTree, OrphanGroup } from '../../../shared/cleaning'
import type { Sent } from '../../../shared/contract'
import type { Plan, Step } from '../../../shared/plan'
import type { WatchedProcess } from '../../../shared/sample'
import { bytesText, countText } from '../../../shared/units'
import type { CleanKind } from '../../../shared/watch'
import { basis, complete } from './fixture-plans'
import { nodeOf, refuse } from './fixture-state'
import { scene } from './scene'

type Chosen = Sent<'plans.clean'>['options']

const HOUR = 3_600_000
const DAY = 24 * HOUR
const STATE = '/home/claw/.openclaw'

const clock = { wallMs: Date.now(), uptimeMs: 41 * DAY, bootId: '6f6c0f5e-1d3c-4a1e-9d57-0d0a3c1b2e4f' }

function group(agent: string, more: Partial<OrphanGroup>): OrphanGroup {
  const folder = `${STATE}/agents/${agent}/sessions`
  return {
    folder,
    profile: 'default',
    agent,
    family: 'session-store',
    count: 0,
    bytes: 0,
    diskBytes: more.bytes ?? 0,
    oldestAgeMs: 92 * DAY,
    newestAgeMs: 2 * HOUR,
    examples: [],
    kept: [],
    store: { path: `${folder}/sessions.json`, state: 'files', bytes: 54_210_000, problem: null },
    newest: null,
    ...more,
  }
}

const example = (name: string, bytes: number, days: number) => ({ name, bytes, ageMs: days * DAY })

const TAKEN: readonly OrphanGroup[] = [
  group('main', {
    count: 8114,
    bytes: 48_910_000_000,
    examples: [
      example('sessions.json.4f0c2a9e-5e0b-4a77-9a0e-6f3f2f1c7d10.tmp', 54_190_000, 2),
      example('sessions.json.b1d77c04-9f1e-4d3a-8a51-0c2a4e5f6a7b.tmp', 54_180_000, 3),
      example('sessions.json.tmp.31337.1757942400123', 12_400_000, 91),
    ],
    kept: [
      { why: 'too-young', count: 2, bytes: 108_000_000, example: 'sessions.json.0f9e8d7c.tmp' },
      { why: 'in-use', count: 1, bytes: 54_200_000, example: 'sessions.json.77aa1b2c.tmp' },
    ],
  }),
  group('research', {
    count: 548,
    bytes: 2_140_000_000,
    oldestAgeMs: 61 * DAY,
    newestAgeMs: 5 * HOUR,
    examples: [example('sessions.json.1c2d3e4f-aaaa-4bbb-8ccc-0123456789ab.tmp', 4_100_000, 60)],
  }),
]

const TOMBSTONES = group('main', {
  family: 'tombstone',
  count: 37,
  bytes: 81_000_000,
  oldestAgeMs: 40 * DAY,
  newestAgeMs: 3 * DAY,
  examples: [example('5f1c2a90-77c1.jsonl.deleted.2026-10-12T10-22-01.000Z', 9_000_000, 40)],
})

const BROKEN = group('ops', {
  count: 0,
  bytes: 0,
  kept: [{ why: 'store-missing', count: 12, bytes: 402_000_000, example: 'sessions.json.9a8b7c6d.tmp' }],
  store: { path: `${STATE}/agents/ops/sessions/sessions.json`, state: 'missing', bytes: 0, problem: 'No such file' },
  newest: { name: 'sessions.json.9a8b7c6d-1111-4222-8333-444455556666.tmp', bytes: 33_500_000 },
})

function groupsFor({ families, minAgeMs }: CleanOptions): OrphanGroup[] {
  const all = [...TAKEN, TOMBSTONES, ...(scene.isStoreMissing ? [BROKEN] : [])]
  const chosen = all.filter(({ family }) => families.includes(family))
  // The older the limit, the fewer go.
  if (minAgeMs <= HOUR) return chosen
  return chosen.map(one => ({ ...one, count: Math.round(one.count / 2), bytes: one.bytes / 2, newestAgeMs: minAgeMs }))
}

function leaked(pid: number, ppid: number, more: Partial<WatchedProcess>): WatchedProcess {
  return {
    pid,
    ppid,
    startedAtTicks: 8_000_000 + pid,
    argv: ['openclaw-node'],
    exe: '/usr/bin/node',
    cgroup: '/user.slice/user-1000.slice/session-4.scope',
    uid: 1000,
    cpuMs: 91_000,
    rssBytes: 148_000_000,
    ageMs: 3 * HOUR,
    family: 'node-run',
    hasTerminal: false,
    profile: 'default',
    unit: null,
    rootPid: pid,
    verdict: 'leaked',
    why: [
      'It runs for 3 h 2 min.',
      'Its wrapper 30511 is gone: init took it over.',
      'It is in no service and under no service’s process.',
      'It has no terminal.',
    ],
    ...more,
  }
}

const TREES: readonly LeakTree[] = [
  ...[30_512, 30_644, 31_020, 31_377, 31_902, 32_118].map((rootPid): LeakTree => ({
    family: 'node-run',
    rootPid,
    isLeaked: true,
    processes: [leaked(rootPid, 1, {})],
  })),
  {
    family: 'node-run',
    rootPid: 33_001,
    isLeaked: false,
    processes: [
      leaked(33_001, 2210, {
        argv: ['node', '/usr/lib/node_modules/openclaw/openclaw.mjs', 'node', 'run'],
        hasTerminal: true,
        verdict: 'owned',
        ageMs: 12 * HOUR,
        why: ['It has the terminal pts/3.'],
      }),
      leaked(33_014, 33_001, {
        rootPid: 33_001,
        verdict: 'owned',
        ageMs: 12 * HOUR,
        why: ['Its supervisor 33001 lives.'],
      }),
    ],
  },
]

/** What a clean-up would take, as main would say it. */
export function cleaningOf(what: CleanKind, chosen: Chosen): Cleaning {
  const { minAgeMs = HOUR, families = ['session-store'], withUndo = false, processes = null } = chosen
  const options: CleanOptions = { minAgeMs, families, withUndo, processes }
  return {
    what,
    options,
    asOf: clock,
    groups: what === 'orphans' ? groupsFor(options) : [],
    trees: what === 'processes' ? [...TREES] : [],
    fault:
      what === 'orphans'
        ? {
            text: 'OpenClaw wrote its session store to a temporary file first and left it behind when the write failed.',
            fixedIn: '2026.6.1',
            link: 'https://github.com/openclaw/openclaw/issues/19347',
          }
        : {
            text: 'A node host outlives the wrapper that started it when the wrapper is killed.',
            fixedIn: null,
            link: 'https://github.com/openclaw/openclaw/issues/28451',
          },
  }
}

/** A clean-up as main would plan it. */
export function cleanPlan(nodeId: string, what: CleanKind, chosen: Chosen): Plan {
  const { record, reach, problem } = nodeOf(nodeId)
  if (reach === 'offline' || reach === 'blocked')
    return refuse(problem?.code ?? 'connection-lost', problem?.message ?? 'It does not answer.', problem?.hint)
  const cleaning = cleaningOf(what, chosen)
  const files = cleaning.groups.reduce((sum, { count }) => sum + count, 0)
  const bytes = cleaning.groups.reduce((sum, group) => sum + group.bytes, 0)
  const orphans = `${countText(files, 'orphaned file')} (${bytesText(bytes)})`
  const ends = chosen.processes?.length ?? cleaning.trees.filter(({ isLeaked }) => isLeaked).length
  const isEmpty = what === 'orphans' ? files === 0 : ends === 0
  return {
    ...basis('clean', complete({})),
    leftOut: [],
    sentence:
      what === 'orphans'
        ? cleaning.options.withUndo
          ? `Put ${orphans} of ${record.label} aside for a day, then remove them.`
          : `Remove ${orphans} from ${record.label}.`
        : `End ${ends} leaked processes on ${record.label}. Its gateway keeps running.`,
    target: nodeId,
    cleaning,
    blockers: isEmpty
      ? [{ code: 'nothing', text: 'There is nothing to clean up.', wayOut: 'Choose other families or a lower age.' }]
      : [],
    steps: stepsFor(nodeId, what, cleaning.options.withUndo),
    wayBack:
      what === 'processes'
        ? 'A process that was ended does not come back.'
        : cleaning.options.withUndo
          ? 'For one day the files can be put back with one click.'
          : 'Files that were taken away do not come back.',
  }
}

function stepsFor(nodeId: string, what: CleanKind, withUndo: boolean): Step[] {
  const isFiles = what === 'orphans'
  const act: Step = {
    id: isFiles ? 'sweep' : 'end',
    title: isFiles ? (withUndo ? 'Put the orphaned files aside' : 'Remove the orphaned files') : 'End the processes',
    detail: isFiles
      ? 'Each file is looked at once more right before: its name, owner, age, and that nobody writes or reads it.'
      : 'TERM first; after 10 s KILL for those that stay. By pid and start time.',
    action: { type: 'clean', nodeId, verb: isFiles ? 'sweep' : 'end-processes', of: null },
    probe: isFiles ? 'They are no longer listed' : 'None of them is there',
    isCritical: true,
    limitMs: 600_000,
    ...(withUndo && { undo: { type: 'clean', nodeId, verb: 'put-back', of: null } as const }),
  }
  return [
    act,
    {
      id: 'prove',
      title: 'Look again',
      detail: 'Free space, files, processes and the gateway are compared with what the plan saw.',
      action: { type: 'clean', nodeId, verb: 'prove', of: null },
      probe: 'The rows of the proof hold',
      isCritical: true,
      limitMs: 60_000,
    },
  ]
}
