import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { Needles } from '../../remote/needles'
import { handleSearch } from '../../remote/search'
import { test } from '../helpers/posix'
import { RemoteSession } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'

async function search(folder: TempFolder, needles: string[], includeWorkspaces = false) {
  using session = new RemoteSession()
  const { result, items } = await session.ask(handleSearch, {
    roots: { state: folder.path },
    needles,
    includeWorkspaces,
  })
  const hits = items.flatMap(item => item.hits).map(({ file, where, needle }) => `${file} ${where} ${needle}`)
  return { result, hits: hits.sort() }
}

test.each([
  ['/home/al', '"/home/al"', true],
  ['/home/al', '/home/al/.openclaw', true],
  ['/home/al', 'PATH=/usr/bin:/home/al/bin', true],
  ['/home/al', 'file:///home/al/x', true],
  ['/home/al', 'It is in /home/al.', true],
  ['/home/al/', 'cd /home/al', true],
  ['/home/al', '/home/alice', false],
  ['/home/al', '/home/al.old/x', false],
  ['/home/al', '/home/al-2', false],
  ['/home/al', '/srv/home/al', false],
  ['/home/al', '/home/Al', false],
  ['/srv/a "b"', JSON.stringify({ path: '/srv/a "b"/c' }), true],
  ['C:\\Users\\al', JSON.stringify({ path: 'C:\\Users\\al\\x' }), true],
])('%s in %s: %s', (needle, text, isFound) => {
  expect(new Needles([needle]).in(text).length > 0).toBe(isFound)
})

test('finds what is left of another machine in configurations, and nowhere else', async () => {
  using folder = new TempFolder()
  const path = '/home/al/.openclaw'
  folder.write('openclaw.json', `{\n  // a comment\n  agents: { defaults: { workspace: '${path}/workspace' } },\n}`)
  folder.write('openclaw.json.bak', path)
  folder.write('openclaw.json.last-good', path)
  folder.write('.env', `A=1\nTOKEN_FILE=${path}/token\n`)
  folder.write('node.json', JSON.stringify({ deep: [{ 'a/b': path }] }))
  folder.write('cron/jobs.json', JSON.stringify({ jobs: ['/home/alice/.openclaw'] }))
  folder.write('agents/main/sessions/a.jsonl', path)
  folder.write('workspace/TOOLS.md', `See ${path}`)
  folder.write('logs/a.json', path)
  folder.write('tmp/a.json', path)
  const { hits, result } = await search(folder, ['/home/al', '/home/al/.openclaw'])
  expect(hits).toEqual([
    '.env line 2 /home/al',
    '.env line 2 /home/al/.openclaw',
    'node.json /deep/0/a~1b /home/al',
    'node.json /deep/0/a~1b /home/al/.openclaw',
    'openclaw.json /agents/defaults/workspace /home/al',
    'openclaw.json /agents/defaults/workspace /home/al/.openclaw',
  ])
  expect(result).toEqual({ files: 4, hits: 6, notSearched: [] })
  expect((await search(folder, ['/home/al'], true)).hits).toContain('workspace/TOOLS.md line 1 /home/al')
})

test('tells a comment of JSON5 from a setting', async () => {
  using folder = new TempFolder()
  folder.write('openclaw.json', "{\n  // once /home/al/bin\n  agents: { defaults: { workspace: '~/workspace' } },\n}")
  const { hits } = await search(folder, ['/home/al'])
  expect(hits).toEqual(['openclaw.json line 2, a comment (free text) /home/al'])
})

test('looks into the tables that steer, not into history, and leaves nothing beside a database', async () => {
  using folder = new TempFolder()
  mkdirSync(join(folder.path, 'state'))
  const file = join(folder.path, 'state/openclaw.sqlite')
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA journal_mode=WAL;
    CREATE TABLE cron_jobs (store_key TEXT, job_json TEXT);
    INSERT INTO cron_jobs VALUES ('/home/al/.openclaw/cron/jobs.json', '{"cwd":"/home/al"}'), ('/home/alice/x', '{}');
    CREATE TABLE config_machine_state (state_key TEXT, value_json TEXT);
    INSERT INTO config_machine_state VALUES ('plugins.installedIndex', '"/home/al"'), ('some.path', '"/home/al"');
    CREATE TABLE diagnostic_events (text TEXT); INSERT INTO diagnostic_events VALUES ('/home/al');
    CREATE TABLE session_nodes (text TEXT); INSERT INTO session_nodes VALUES ('/home/al');
    CREATE TABLE workspace_setup_state (workspace_path TEXT); INSERT INTO workspace_setup_state VALUES ('/home/al')`)
  const expected = [
    'state/openclaw.sqlite config_machine_state.value_json[some.path] /home/al',
    'state/openclaw.sqlite cron_jobs.job_json/cwd /home/al',
    'state/openclaw.sqlite cron_jobs.store_key /home/al',
  ]
  expect((await search(folder, ['/home/al'])).hits).toEqual(expected)
  database.close()
  expect((await search(folder, ['/home/al'])).hits).toEqual(expected)
  expect(readdirSync(join(folder.path, 'state'))).toEqual(['openclaw.sqlite'])
})

test('says what it could not look into', async () => {
  using folder = new TempFolder()
  folder.write('state/openclaw.sqlite', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(200, 7)]))
  const { result } = await search(folder, ['/home/al'])
  expect(result.notSearched).toHaveLength(1)
})
