import { expect, test } from 'vitest'
import type { Component } from '../../shared/components'
import { classify, classifyIn, isSecretFile, isSqlite, mayHold, STATE_LAYOUT } from '../../shared/layout'

test.each<[string, Component]>([
  ['openclaw.json', 'gateway'],
  ['openclaw.json.bak', 'gateway'],
  ['openclaw.json.bak.3', 'gateway'],
  ['openclaw.json.last-good', 'gateway'],
  ['config-journal-fingerprint.key', 'gateway'],
  ['state/openclaw.sqlite', 'gateway'],
  ['telegram/update-offset-default.json', 'gateway'],
  ['tasks/runs.sqlite', 'gateway'],
  ['something-a-newer-release-adds.json', 'gateway'],
  ['.env', 'environment'],
  ['credentials/whatsapp/main/creds.json', 'credentials'],
  ['secrets.json', 'credentials'],
  ['identity/device.json', 'credentials'],
  ['devices/paired.json', 'credentials'],
  ['nodes/pending.json', 'credentials'],
  ['node.json', 'credentials'],
  ['exec-approvals.json', 'credentials'],
  ['agents/main/agent/auth-profiles.json', 'credentials'],
  ['agents/main/agent-dir/auth-profiles.json', 'credentials'],
  ['agents/main/agent/models.json', 'agents'],
  ['agents/main/agent/openclaw-agent.sqlite', 'agents'],
  ['agents/main/agent/codex-home/config.toml', 'agents'],
  ['agents/main/sessions/sessions.json', 'sessions'],
  ['agents/main/sessions/cold/abc.jsonl.zst', 'sessions'],
  ['cron/jobs.json', 'cron'],
  ['cron/runs/a.jsonl', 'cron'],
  ['memory/main.sqlite', 'memory'],
  ['workspace/AGENTS.md', 'workspaces'],
  ['workspace-helper/.git/config', 'workspaces'],
  ['workspace/notes.tmp', 'workspaces'],
  ['workspace/node_modules/a/index.js', 'workspaces'],
  ['extensions/voice/openclaw.plugin.json', 'plugins'],
  ['skills/tea/SKILL.md', 'plugins'],
  ['hooks/start.js', 'plugins'],
  ['media/inbound/a.jpg', 'media'],
])('%s belongs to %s', (path, component) => {
  expect(classify(path)).toEqual({ component })
})

test.each([
  'cache/control-ui-assets/index.js',
  'tmp/openclaw-1000/gateway.state.lock',
  'npm/lib/node_modules/a.js',
  'npm-runtime/a',
  'git/openclaw/a',
  'dev/a',
  'tools/node-v24/bin/node',
  'node-runtime/releases/a',
  'plugin-skills/link',
  'gateway.systemd.env',
  'node.systemd.env',
  'service-env/ai.openclaw.gateway.env',
  'gateway.cmd',
  'gateway.vbs',
  'node.cmd',
  'logs/config-audit.jsonl',
  'agents/main/sessions/sessions.json.0f8fad5b-d9cb-469f-a165-70867728950e.tmp',
  'agents/main/sessions/sessions.json.4711.0f8fad5b-d9cb-469f-a165-70867728950e.tmp',
  'agents/main/sessions/.usage-cost-cache.json.12.34.tmp',
  'agents/main/sessions/a.jsonl.lock',
  'openclaw.json.clobbered.2026-01-01',
  'openclaw.json.12.0f8fad5b-d9cb-469f-a165-70867728950e.tmp',
  'state/openclaw.sqlite-wal',
  'state/openclaw.sqlite-shm',
  'agents/main/agent/openclaw-agent.sqlite-wal',
  'agents/main/agent/openclaw-agent.sqlite.reindex-lock.sqlite',
  'extensions/voice/node_modules/a/build/a.node',
  'cron/jobs.json.migrated',
  'agents/main/session-sqlite-import-archive/a.jsonl',
  '.ocm-0f8fad5b/new/openclaw.json',
  'workspace/.ocm-0f8fad5b/new/a',
  'state/x.sock',
])('%s is left out, with a reason', path => {
  const placement = classify(path)
  expect(placement).toHaveProperty('leftOut')
  expect('leftOut' in placement && placement.leftOut.length).toBeGreaterThan(5)
})

test('a folder belongs where all that is in it belongs', () => {
  expect(classify('agents/main/sessions')).toEqual({ component: 'sessions' })
  expect(classify('agents/main')).toEqual({ component: 'agents' })
  expect(classify('cache')).toHaveProperty('leftOut')
})

test('of a home only the files named for it are ours', () => {
  expect(classifyIn('home', '.config/openclaw/gateway.env')).toEqual({ component: 'environment' })
  expect(classifyIn('home', '.ssh/id_ed25519')).toHaveProperty('leftOut')
  expect(mayHold('home', '.config', new Set(['environment']))).toBe(true)
  expect(mayHold('home', '.ssh', new Set(['environment']))).toBe(false)
})

test('a workspace outside the state directory is taken whole', () => {
  expect(classifyIn('workspace:main', '.env')).toEqual({ component: 'workspaces' })
  expect(classifyIn('workspace:main', 'cache/a')).toEqual({ component: 'workspaces' })
})

test('folders that cannot hold what is wanted need not be entered', () => {
  const sessions = new Set<Component>(['sessions'])
  expect(mayHold('state', 'agents', sessions)).toBe(true)
  expect(mayHold('state', 'agents/main', sessions)).toBe(true)
  expect(mayHold('state', 'agents/main/sessions', sessions)).toBe(true)
  expect(mayHold('state', 'agents/main/agent', sessions)).toBe(false)
  expect(mayHold('state', 'workspace', sessions)).toBe(false)
  expect(mayHold('state', 'npm', new Set<Component>(['gateway']))).toBe(false)
  expect(mayHold('state', 'agents/main/agent', new Set<Component>(['credentials']))).toBe(true)
})

test('databases and secrets are known by name', () => {
  expect(isSqlite('state/openclaw.sqlite')).toBe(true)
  expect(isSqlite('state/openclaw.sqlite-wal')).toBe(false)
  expect(isSecretFile('openclaw.json')).toBe(true)
  expect(isSecretFile('agents/main/agent/auth-profiles.json')).toBe(true)
  expect(isSecretFile('workspace/AGENTS.md')).toBe(false)
})

test('a path costs microseconds', () => {
  const started = performance.now()
  for (let index = 0; index < 20_000; index += 1) classify(`agents/main/sessions/${index}.jsonl`)
  expect(performance.now() - started).toBeLessThan(1000)
  expect(STATE_LAYOUT.length).toBeGreaterThan(20)
})

test('what an agent keeps outside the state directory belongs where it would inside', () => {
  expect(classifyIn('agent:ada', 'auth-profiles.json')).toEqual({ component: 'credentials' })
  expect(classifyIn('agent:ada', 'openclaw-agent.sqlite')).toEqual({ component: 'agents' })
  expect(classifyIn('agent:ada', 'notes/deep/mine.txt')).toEqual({ component: 'agents' })
  expect(classifyIn('agent:ada', 'tmp/x')).toMatchObject({ leftOut: expect.stringContaining('Temporary') as string })
  expect(mayHold('agent:ada', 'notes', new Set<Component>(['agents']))).toBe(true)
  expect(mayHold('agent:ada', 'notes', new Set<Component>(['workspaces', 'cron']))).toBe(false)
})
