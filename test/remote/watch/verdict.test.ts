import { describe, expect, test } from 'vitest'
import { sortIntoFamilies, type Ground } from '../../../remote/watch/family'
import type { Ancestor, ProcessLook } from '../../../remote/watch/looks'
import { judge, shownWords } from '../../../remote/watch/verdict'

const HOUR = 3_600_000
const SYSTEMD: Ancestor = { pid: 9000, name: 'systemd', isReaper: true }
const BASH: Ancestor = { pid: 77, name: 'bash', isReaper: false }
const ENTRY = '/usr/lib/node_modules/openclaw/dist/index.js'

function look(pid: number, argv: string[], change: Partial<ProcessLook> = {}): ProcessLook {
  const { ancestors = [SYSTEMD] } = change
  return {
    ...{ pid, argv, uid: 1000, startedAtTicks: pid, ageMs: HOUR, rssBytes: 1, exe: '/usr/bin/node', cpuMs: 0 },
    cgroup: '/user.slice/user-1000.slice/session-3.scope',
    hasTerminal: false,
    unit: null,
    isMain: false,
    environment: new Map([['HOME', '/home/ada']]),
    ppid: ancestors[0]?.pid ?? 1,
    ...change,
    ancestors,
  }
}

const above = (pid: number): Ancestor => ({ pid, name: 'node', isReaper: false })

function ground(change: Partial<Ground> = {}): Ground {
  return {
    uid: 1000,
    lockPids: new Set(),
    units: new Map([
      ['openclaw-gateway', 'gateway'],
      ['openclaw-node', 'node-host'],
    ]),
    mainPids: new Set(),
    knowsMainPids: false,
    showsTitles: true,
    setUpOf: ({ environment }) => environment?.get('HOME') ?? null,
    ...change,
  }
}

/** `pid family verdict`, in order. */
function judged(looks: readonly ProcessLook[], change: Partial<Ground> = {}): string[] {
  const members = sortIntoFamilies(looks, ground(change))
  const verdicts = judge(members, ground(change))
  return members.map(({ look: { pid }, family }, index) => `${pid} ${family} ${verdicts[index]?.verdict ?? ''}`)
}

function whyOf(one: ProcessLook, change: Partial<Ground> = {}): string {
  return (judge(sortIntoFamilies([one], ground(change)), ground(change))[0]?.why ?? []).join(' ')
}

describe('a worker whose supervisor was killed', () => {
  test('is leaked, and every reason is named', () => {
    const orphan = look(5, ['openclaw-node'])
    expect(judged([orphan])).toEqual(['5 node-run leaked'])
    expect(whyOf(orphan)).toBe(
      'It runs for 1 h. Its parent is gone; systemd (pid 9000) took it in. It runs under no service, and has no terminal. The `node run` that supervised it is gone.',
    )
  })

  test('that still is in the login of an SSH server is leaked too: such a group owns nobody', () => {
    expect(judged([look(5, ['openclaw-node'], { unit: 'ssh' })])).toEqual(['5 node-run leaked'])
  })

  test.each<[string, Partial<ProcessLook>, string]>([
    ['under its service', { unit: 'openclaw-node', isMain: true }, 'node-host owned'],
    ['in the group of its service, but not its main process', { unit: 'openclaw-node' }, 'node-host unsure'],
    ['in the group of the gateway', { unit: 'openclaw-gateway' }, 'node-run unsure'],
    ['in a service of the admin', { unit: 'my-claw' }, 'node-run unsure'],
    ['main process of a service of the admin', { unit: 'my-claw', isMain: true }, 'node-run owned'],
    ['started by a shell that lives', { ancestors: [BASH] }, 'node-run owned'],
    ['with a terminal', { hasTerminal: true }, 'node-run unsure'],
    ['too young to tell', { ageMs: 3_000 }, 'node-run unsure'],
    ['of another account', { uid: 1001 }, 'node-run unsure'],
    ['with variables that cannot be read', { environment: null }, 'node-run unsure'],
    ['started as a service', { environment: new Map([['OPENCLAW_SERVICE_KIND', 'node']]) }, 'node-run unsure'],
    ['started without a supervisor', { environment: new Map([['OPENCLAW_NO_RESPAWN', '1']]) }, 'node-run unsure'],
    ['first process of a container', { ppid: 0, ancestors: [] }, 'node-run owned'],
  ])('but not %s', (_name, change, expected) => {
    expect(judged([look(5, ['openclaw-node'], change)])).toEqual([`5 ${expected}`])
  })

  test('with PPID 1 is leaked where init took it in, not where the first process started it', () => {
    const init: Ancestor = { pid: 1, name: 'systemd', isReaper: true }
    const entrypoint: Ancestor = { pid: 1, name: 'sh', isReaper: false }
    expect(judged([look(5, ['openclaw-node'], { ancestors: [init] })])).toEqual(['5 node-run leaked'])
    expect(judged([look(5, ['openclaw-node'], { ancestors: [entrypoint] })])).toEqual(['5 node-run owned'])
  })

  test('is told on macOS too, where variables are not shown, if all main processes are known', () => {
    const worker = look(5, ['openclaw-node-worker'], { environment: null })
    expect(judged([worker], { knowsMainPids: true })).toEqual(['5 node-run leaked'])
    const main = { knowsMainPids: true, mainPids: new Set([5]) }
    expect(judged([worker], main)).toEqual(['5 node-host owned'])
  })
})

describe('a healthy `node run`', () => {
  test('of 2026.9.6 is a supervisor with its words and a worker with a title', () => {
    const supervisor = look(4, ['/usr/bin/node', '/usr/bin/openclaw', 'node', 'run', '--host', 'h'], {
      ancestors: [BASH],
      hasTerminal: true,
    })
    const worker = look(5, ['openclaw-node'], { ancestors: [above(4), BASH] })
    expect(judged([supervisor, worker])).toEqual(['4 node-run owned', '5 node-run owned'])
  })

  test('of 2026.5.28 is `openclaw` and `openclaw-node`, also when it outlived its login', () => {
    const wrapper = look(4, ['openclaw'])
    const worker = look(5, ['openclaw-node'], { ancestors: [above(4), SYSTEMD] })
    expect(judged([worker, wrapper])).toEqual(['5 node-run owned', '4 node-run owned'])
  })

  test('does not become leaked by standing next to leaked ones', () => {
    const wrapper = look(4, ['openclaw'])
    const worker = look(5, ['openclaw-node'], { ancestors: [above(4), SYSTEMD] })
    const orphans = [6, 7, 8].map(pid => look(pid, ['openclaw-node']))
    expect(judged([wrapper, worker, ...orphans])).toEqual([
      '4 node-run owned',
      '5 node-run owned',
      '6 node-run leaked',
      '7 node-run leaked',
      '8 node-run leaked',
    ])
  })
})

describe('the gateway and what works for it', () => {
  test('are never leaked, whatever they look like', () => {
    const gateway = look(10, ['openclaw-gateway'])
    const service = look(11, ['/usr/bin/node', ENTRY, 'gateway', '--port', '18789'], { unit: 'openclaw-gateway' })
    const under = [above(11), SYSTEMD]
    const children = [
      look(12, ['node', '/usr/lib/node_modules/openclaw/dist/process/spawn-broker/worker.js'], { ancestors: under }),
      look(13, ['openclaw-hooks'], { ancestors: [BASH, ...under] }),
      look(14, ['openclaw-node'], { ancestors: under }),
      look(15, ['openclaw-gateway'], { ancestors: under }),
    ]
    expect(judged([gateway, service, ...children])).toEqual([
      '10 gateway owned',
      '11 gateway owned',
      '12 gateway-child owned',
      '13 gateway-child owned',
      '14 node-run owned',
      '15 gateway-child owned',
    ])
  })

  test('`openclaw` alone is the gateway only where its lock or the service manager says so', () => {
    const bare = look(10, ['openclaw'])
    expect(judged([bare])).toEqual(['10 unknown unsure'])
    expect(judged([bare], { lockPids: new Set([10]) })).toEqual(['10 gateway owned'])
    expect(judged([{ ...bare, unit: 'openclaw-gateway', isMain: true }])).toEqual(['10 gateway owned'])
    const inherited = look(10, ['openclaw'], { environment: new Map([['OPENCLAW_SERVICE_KIND', 'gateway']]) })
    expect(judged([inherited])).toEqual(['10 unknown unsure'])
  })

  test('a worker whose gateway is gone is not known any more, and stays', () => {
    const worker = look(12, ['node', '/usr/lib/node_modules/openclaw/dist/process/spawn-broker/worker.js'])
    expect(judged([worker])).toEqual(['12 unknown unsure'])
  })

  test.each([
    [['gateway', '--port', '18789'], 'gateway'],
    [['--profile', 'gateway', 'node', 'run'], 'node-run'],
    [['--profile', 'work', 'gateway', 'run'], 'gateway'],
    [['gateway', 'status', '--json'], 'command'],
    [['node', 'status'], 'command'],
    [['logs', '--follow'], 'command'],
    [[], 'unknown'],
  ])('%j is %s', (words, family) => {
    expect(judged([look(5, ['node', ENTRY, ...words], { ancestors: [BASH] })])[0]?.split(' ')[1]).toBe(family)
  })
})

describe('many alike that nobody answers for', () => {
  const words = ['node', ENTRY, 'node', 'run', '--host', 'gw']
  const many = (count: number, change: (index: number) => Partial<ProcessLook> = () => ({})): ProcessLook[] =>
    Array.from({ length: count }, (_all, index) =>
      look(20 + index, words, { ageMs: (index + 3) * 60_000, ...change(index) }),
    )

  test('are leaked but for the newest and the oldest, one of which may be meant', () => {
    expect(judged(many(5)).map(text => text.split(' ')[2])).toEqual(['unsure', 'leaked', 'leaked', 'leaked', 'unsure'])
  })

  test.each([
    ['two only', many(2)],
    ['of different set-ups', many(4, index => ({ environment: new Map([['HOME', `/home/${index}`]]) }))],
    ['of different words', many(4, index => ({ argv: [...words, String(index)] }))],
    ['younger than two minutes', many(4, () => ({ ageMs: 60_000 }))],
  ])('are not when they are %s', (_name, looks) => {
    expect(judged(looks).every(text => text.endsWith('unsure'))).toBe(true)
  })

  test('commands left behind count the same way', () => {
    const hooks = [0, 1, 2, 3].map(index => look(30 + index, ['openclaw-hooks'], { ageMs: (index + 5) * 60_000 }))
    expect(judged(hooks).map(text => text.split(' ').slice(1).join(' '))).toEqual([
      'command unsure',
      'command leaked',
      'command leaked',
      'command unsure',
    ])
  })

  test('a thousand are judged in one go', () => {
    const leaked = judged(many(1000)).filter(text => text.endsWith('leaked'))
    expect(leaked).toHaveLength(998)
  })
})

test('words are shown without what may be secret', () => {
  const shown = shownWords(['node', 'x.js', '--token', 'abcdef', '--gateway-password=hunter22', 'y'.repeat(100_000)])
  expect(shown.slice(0, 4)).toEqual(['node', 'x.js', '--token', '•••'])
  expect(shown[4]).not.toContain('hunter22')
  expect(shown[5]?.length).toBeLessThan(400)
  expect(shownWords(Array.from({ length: 1000 }, () => 'w'))).toHaveLength(24)
})
