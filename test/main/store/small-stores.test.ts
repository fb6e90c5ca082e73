import { expect, test } from 'vitest'
import { createRegistry } from '../../../main/nodes/registry'
import { openDatabase } from '../../../main/store/database'
import { createNodePaths } from '../../../main/store/node-paths'
import { createSettings } from '../../../main/store/settings'
import { createSurveyCache } from '../../../main/store/survey-cache'
import type { Survey } from '../../../shared/survey'
import { tempFolder } from '../../helpers/temp'

const SURVEY: Survey = {
  at: '2026-01-01T00:00:00.000Z',
  tookMs: 12,
  digest: 'abc',
  os: { platform: 'linux', arch: 'x64', name: 'Debian', hostname: 'h', user: 'u', uid: 1, home: '/home/u' },
  nodes: [],
  openclaw: { state: 'known', value: null },
  profiles: [],
  disk: { state: 'unknown', why: 'not asked' },
  linger: { state: 'known', value: true },
  serviceManager: 'systemd',
  warnings: [],
}

test('settings have defaults, keep what is set, and survive a value of another version', () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const settings = createSettings(store)
  expect(settings.get()).toEqual({ theme: 'system', layout: 'grid', openAtLogin: false })
  expect(settings.set({ theme: 'dark' })).toMatchObject({ theme: 'dark', layout: 'grid' })
  store.run("INSERT OR REPLACE INTO settings VALUES ('layout', '\"spiral\"')")
  expect(settings.get()).toMatchObject({ theme: 'dark', layout: 'grid' })
})

test('surveys and Node paths are remembered, and go with their node', () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const registry = createRegistry(store)
  const node = registry.add({ label: 'a', host: 'h', user: 'u', auth: { method: 'agent' } })
  const surveys = createSurveyCache(store)
  const paths = createNodePaths(store)
  expect([surveys.get(node.id), paths.get(node.id)]).toEqual([null, null])
  surveys.set(node.id, SURVEY)
  paths.set(node.id, '/usr/bin/node')
  paths.set(node.id, '/opt/node/bin/node')
  expect([surveys.get(node.id), paths.get(node.id)]).toEqual([SURVEY, '/opt/node/bin/node'])
  store.run('UPDATE surveys SET json = ?', '{"from":"another version"}')
  expect(surveys.get(node.id)).toBeNull()
  registry.remove(node.id)
  expect([surveys.get(node.id), paths.get(node.id)]).toEqual([null, null])
})
