import { expect, test } from 'vitest'
import { testimonyFrom, type Questions } from '../../../main/remote/testimony'

const questions: Questions = { platform: 'win32' }

const saying = (...lines: readonly (readonly (string | number)[])[]): string =>
  [...lines, ['end']].map(words => `${['ocm-fact', ...words].join('\t')}\n`).join('')

const pidsIn = (...lines: readonly (readonly (string | number)[])[]): readonly number[] => {
  const { processes } = testimonyFrom(saying(...lines, ['words', 'windows'], ['processes', 'complete']), questions)
  return processes.state === 'known' ? processes.value.map(({ pid }) => pid) : []
}

const row = (pid: number, line: string, owner = '-1') => ['process', pid, line, owner, '']

test('the whole chain counts as OpenClaw, from the launcher that no window shows to the worker', () => {
  const node = '"C:\\Program Files\\nodejs\\node.exe"'
  const pids = pidsIn(
    row(1, '"C:\\WINDOWS\\System32\\WScript.exe" "C:\\Users\\ada\\.openclaw\\gateway.vbs"'),
    row(2, 'C:\\WINDOWS\\system32\\cmd.exe /c ""C:\\Users\\Ada Lovelace\\.openclaw-work\\gateway.cmd""'),
    row(
      3,
      `${node} C:\\Users\\ada\\AppData\\Roaming\\npm\\node_modules\\openclaw\\dist\\index.js gateway --port 18789`,
    ),
    row(4, `${node} --no-warnings D:\\x\\node_modules\\openclaw\\openclaw.mjs node run`),
    row(5, 'cmd.exe /d /c "C:\\Users\\ada\\AppData\\Roaming\\npm\\openclaw.cmd" gateway'),
    row(6, 'wscript.exe "C:\\Users\\ada\\Start Menu\\Programs\\Startup\\OpenClaw Gateway (work).vbs"'),
  )
  expect(pids).toEqual([1, 2, 3, 4, 5, 6])
})

test('what merely names it does not: editors, a folder of that name, OCM itself', () => {
  const pids = pidsIn(
    row(1, 'notepad.exe C:\\Users\\ada\\.openclaw\\gateway.cmd'),
    row(2, '"C:\\Program Files\\nodejs\\node.exe" C:\\openclaw-notes\\serve.js'),
    row(3, 'cmd.exe /c dir C:\\Users\\ada\\.openclaw'),
    row(4, 'C:\\Users\\ada\\AppData\\Local\\OpenClaw\\deps\\portable-node\\node.exe --no-warnings -e "eval(1)"'),
  )
  expect(pids).toEqual([])
})

test('the owner is told where the machine tells it', () => {
  const line = 'node.exe C:\\x\\openclaw\\dist\\index.js'
  const answer = saying(
    row(1, line),
    row(2, line, '-2'),
    row(3, line, ''),
    ['words', 'windows'],
    ['processes', 'complete'],
  )
  const { processes } = testimonyFrom(answer, questions)
  expect(processes).toMatchObject({ value: [{ uid: -1 }, { uid: -2 }, { uid: null }] })
})

test('what was not told to its end is unknown, never empty', () => {
  const nothing = testimonyFrom(saying(), {
    ...questions,
    paths: ['C:/x'],
    ports: [1],
    units: [{ name: '\\x', scope: 'user' }],
  })
  expect(nothing.system).toBe('')
  for (const known of [nothing.processes, nothing.tasks, nothing.startUpFiles, nothing.schedule, nothing.allCommands]) {
    expect(known.state).toBe('unknown')
  }
  expect([...nothing.paths, ...nothing.ports, ...nothing.enabled].map(({ state }) => state)).toEqual(
    Array(3).fill('unknown'),
  )
  expect(nothing.closedUnitFolders).toEqual(['The folder Startup'])
  expect(testimonyFrom(saying(['startup', 'complete']), questions).closedUnitFolders).toEqual([])
  expect(testimonyFrom(saying(['task', '\\OpenClaw Gateway', 3, 1], ['tasks', 'complete']), questions).tasks).toEqual({
    state: 'known',
    value: ['\\OpenClaw Gateway'],
  })
})
