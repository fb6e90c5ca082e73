import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sortIntoFamilies, type Ground } from '../../../remote/watch/family'
import { judge } from '../../../remote/watch/verdict'
import { looksFromPs } from '../../../remote/watch/ps'
import { looksFromWindows as looksFromRows } from '../../../remote/watch/windows'
import { listIn } from '../../../remote/windows/powershell'
import { windowsRows } from '../../../remote/windows/rows'
import { windowsWords } from '../../../shared/windows-words'

/** When the list was taken. */
const NOW = 1_795_250_000_000
const GROUND: Ground = {
  uid: -1,
  lockPids: new Set(),
  units: new Map(),
  mainPids: new Set(),
  knowsMainPids: true,
  showsTitles: false,
  setUpOf: () => null,
}
const looksFromWindows = (json: string, nowMs: number, max: number) =>
  looksFromRows(windowsRows(listIn(JSON.parse(json)) ?? []), nowMs, max)
const captured = (): string => readFileSync('test/fixtures/windows-processes.json', 'utf8')

function verdicts(json: string, nowMs = NOW) {
  const { looks } = looksFromWindows(json, nowMs, 1000)
  const members = sortIntoFamilies(looks, GROUND)
  return judge(members, GROUND).map((verdict, index) => ({ ...verdict, member: members[index] }))
}

describe('a list of processes of Windows', () => {
  test('shows those of OpenClaw with age, memory and processor time', () => {
    const { looks, more } = looksFromWindows(captured(), NOW, 1000)
    expect(more).toBe(false)
    expect(looks).toHaveLength(13)
    expect(looks.find(({ pid }) => pid === 2120)).toMatchObject({
      ppid: 2110,
      ageMs: 5800 * 60_000,
      rssBytes: 731_000_000,
      cpuMs: 971_000,
      argv: expect.arrayContaining(['C:/Program Files/nodejs/node.exe', 'gateway']) as string[],
    })
    expect(looksFromWindows(captured(), NOW, 5)).toMatchObject({ looks: { length: 5 }, more: true })
  })

  test('tells the gateway with its supervisor, the node host of its task, and what each `nodes action=run` left behind', () => {
    const all = verdicts(captured())
    const of = (verdict: string) => all.filter(one => one.verdict === verdict).map(one => one.member?.look.pid)
    // The newest is a minute old, the oldest may be meant; the one in an open window is somebody's.
    expect(of('leaked')).toEqual([5008, 5016, 5024, 5032, 5040, 5048, 5056])
    expect(of('unsure')).toEqual([5000, 5064])
    expect(of('owned')).toEqual([2110, 2120, 2310, 6010])
    expect(all.find(one => one.member?.look.pid === 2120)?.member?.family).toBe('gateway-child')
    const [leaked] = all.filter(one => one.verdict === 'leaked')
    expect(leaked?.why.join(' ')).toContain('There are 9 alike')
    expect(leaked?.why.join(' ')).toContain('Its parent (pid 4908) is gone.')
  })

  test('does not take a process for a parent that got the number of one that is gone', () => {
    const { looks } = looksFromWindows(captured(), NOW, 1000)
    expect(looks.find(({ pid }) => pid === 5000)?.ancestors).toEqual([])
  })

  test('counts a pair of supervisor and worker as one of those alike', () => {
    const pairs = [0, 1, 2, 3].flatMap(index => {
      const line = 'C:\\node.exe C:\\npm\\openclaw\\openclaw.mjs node run'
      const ticks = (NOW - (10 + index) * 60_000 + 11_644_473_600_000) * 10_000
      const wrapper = { ProcessId: 100 + index, ParentProcessId: 90 + index, CommandLine: line, CreationTicks: ticks }
      return [wrapper, { ...wrapper, ProcessId: 200 + index, ParentProcessId: 100 + index, CreationTicks: ticks + 1e7 }]
    })
    const leaked = verdicts(JSON.stringify(pairs)).filter(({ verdict }) => verdict === 'leaked')
    expect(leaked.map(({ member }) => member?.look.pid ?? 0).sort((a, b) => a - b)).toEqual([101, 102, 201, 202])
  })

  test.each([
    ['nothing', '[]', 0],
    [
      'one process, which PowerShell does not put into a list',
      JSON.stringify({ ProcessId: 3, CommandLine: 'node x\\openclaw.mjs' }),
      1,
    ],
    ['what is no process', '[null, 5, "x", {}, {"ProcessId":"x"}, {"ProcessId":-1}]', 0],
    ['a line that was kept from us', '[{"ProcessId":3,"CommandLine":null}]', 0],
    [
      'a date of PowerShell 5',
      '[{"ProcessId":3,"CommandLine":"node.exe a\\\\openclaw.mjs","CreationDate":"\\/Date(1795249000000)\\/"}]',
      1,
    ],
    [
      'a date of PowerShell 7',
      '[{"ProcessId":3,"CommandLine":"node.exe a\\\\openclaw.mjs","CreationDate":"2026-11-21T08:00:00Z"}]',
      1,
    ],
    [
      'a process that is its own parent',
      '[{"ProcessId":3,"ParentProcessId":3,"CommandLine":"node.exe a\\\\openclaw.mjs"}]',
      1,
    ],
  ])('may hold %s', (_name, json, count) => {
    const { looks } = looksFromWindows(json, NOW, 1000)
    expect(looks).toHaveLength(count)
    for (const one of looks) expect(one.ageMs).toBeGreaterThanOrEqual(0)
  })

  test.each([
    ['a b', ['a', 'b']],
    ['"C:\\Program Files\\node.exe" run', ['C:\\Program Files\\node.exe', 'run']],
    ['a "" b', ['a', '', 'b']],
    ['"a\\"b" c\\\\d', ['a"b', 'c\\\\d']],
    ['"a\\\\" b', ['a\\', 'b']],
    ['  ', []],
  ])('command line %j', (line, words) => {
    expect(windowsWords(line)).toEqual(words)
  })
})

describe('what ps prints on macOS', () => {
  const TEXT = [
    '    1     0     0   9000   1:02.50 ??       Sat Nov 21 01:00:00 2026     /sbin/launchd',
    '  501     1   501 440000  10:02.50 ??       Sat Nov 21 02:00:00 2026     openclaw-node-worker',
    '  502     1   501 441000 1-02:03:04 ??      Sat Nov 21 02:00:00 2026     openclaw-gateway',
    '  600   599   501   8000   0:00.10 ttys001  Sat Nov 21 03:00:00 2026     -zsh',
    '  601   600   501  80000   0:01.10 ttys001  Sat Nov 21 03:00:01 2026     /Users/ada/Library/Application Support/fnm/node /opt/homebrew/bin/openclaw node run --host gw',
    '  602   601   501  90000   0:01.10 ttys001  Sat Nov 21 03:00:02 2026     openclaw-node',
    '  garbage that is no line',
    '',
  ].join('\n')

  test('gives the same families and verdicts as /proc', () => {
    const nowMs = Date.parse('Sat Nov 21 2026 04:00:00')
    const { looks } = looksFromPs(TEXT, nowMs, 100)
    const own = { ...GROUND, uid: 501, showsTitles: true }
    const members = sortIntoFamilies(looks, own)
    expect(judge(members, own).map(({ verdict }, index) => `${members[index]?.look.pid ?? 0} ${verdict}`)).toEqual([
      '501 leaked',
      '502 owned',
      '601 owned',
      '602 owned',
    ])
    expect(looks.map(({ cpuMs }) => cpuMs)).toEqual([602_500, 93_784_000, 1_100, 1_100])
    expect(looks.map(({ hasTerminal }) => hasTerminal)).toEqual([false, false, true, true])
    expect(looks[0]?.ageMs).toBe(2 * 3_600_000)
    expect(looks[2]?.argv.slice(0, 2)).toEqual([
      '/Users/ada/Library/Application Support/fnm/node',
      '/opt/homebrew/bin/openclaw',
    ])
  })
})
