import { expect, test } from 'vitest'
import { isFreeText } from '../../../main/openclaw/free-text'

test.each([
  ['cron/jobs.json', '/jobs/0/payload/message', true],
  ['cron/jobs.json', '/jobs/0/payload/cwd', false],
  ['cron/jobs.json', '/jobs/0/message (the name)', false],
  ['openclaw.json', '/agents/defaults/identity/theme', true],
  ['openclaw.json', '/agents/defaults/workspace', false],
  ['openclaw.json', 'line 3', false],
  ['state/openclaw.sqlite', 'cron_jobs.job_json/payload/message', true],
  ['state/openclaw.sqlite', 'cron_jobs.job_json/payload/argv/2', false],
  ['state/openclaw.sqlite', 'cron_jobs.job_json/payload/x (free text)', true],
  ['state/openclaw.sqlite', 'cron_jobs.store_key', false],
  ['agents/main/agent/openclaw-agent.sqlite', 'a.entry_json/notes/0', true],
])('%s %s is free text: %s', (file, where, expected) => {
  expect(isFreeText(file, where)).toBe(expected)
})
