import { existsSync } from 'node:fs'
import { join, realPath } from '../path'
import type { Known } from '../../shared/survey'
import { readTextIfThere } from '../bounded-read'
import { at, recordOf, textOf } from '../values-of'
import { readDatabase } from './database'
import type { Profile } from './service'

type Job = Extract<Profile['cron'], { state: 'known' }>['value'][number]

const MAX_JOBS = 5_000
const SYSTEM_MADE = /^(heartbeat-.+|Memory Dreaming Promotion|skill-collection-review-.+)$/

/** The jobs of a profile, and how many stand in its database under another state directory: OpenClaw does not see those. */
export interface CronReading {
  readonly jobs: Known<Job[]>
  readonly strandedJobs: number
}

/** Cron jobs from SQLite (2026.6.1 and later) or from `cron/jobs.json`. */
export function cronOf(stateDir: string): CronReading {
  const database = join(stateDir, 'state', 'openclaw.sqlite')
  if (existsSync(database)) {
    const fromDatabase = readDatabase(database, db =>
      db.columns('cron_jobs').size === 0
        ? null
        : db.rows('cron_jobs', ['job_id', 'name', 'enabled', 'store_key'], MAX_JOBS),
    )
    if (fromDatabase.state === 'unknown') return { jobs: fromDatabase, strandedJobs: 0 }
    if (fromDatabase.value !== null && (fromDatabase.value.length > 0 || !hasJobsFile(stateDir))) {
      return ownJobs(fromDatabase.value, stateDir)
    }
  }
  return { jobs: jobsInFile(stateDir), strandedJobs: 0 }
}

function ownJobs(rows: readonly Readonly<Record<string, unknown>>[], stateDir: string): CronReading {
  const keys = new Set([stateDir, realPath(stateDir)].map(folder => join(folder, 'cron', 'jobs.json')))
  const isOwn = (row: Readonly<Record<string, unknown>>): boolean => {
    const key = row['store_key']
    return typeof key !== 'string' || keys.has(key)
  }
  const jobs = rows.filter(isOwn).map(row => jobOf(row['job_id'], row['name'], Number(row['enabled']) !== 0))
  return { jobs: { state: 'known', value: sorted(jobs) }, strandedJobs: rows.length - jobs.length }
}

function hasJobsFile(stateDir: string): boolean {
  return existsSync(join(stateDir, 'cron', 'jobs.json'))
}

function jobsInFile(stateDir: string): Known<Job[]> {
  try {
    const text = readTextIfThere(join(stateDir, 'cron', 'jobs.json'))
    if (text === null) return { state: 'known', value: [] }
    const content: unknown = JSON.parse(text)
    const list: unknown[] = [at(content, 'jobs') ?? content].flat()
    const jobs = list.flatMap(entry => {
      const job = recordOf(entry)
      return job === undefined ? [] : [jobOf(job['id'] ?? job['jobId'], job['name'], job['enabled'] !== false)]
    })
    return { state: 'known', value: sorted(jobs.slice(0, MAX_JOBS)) }
  } catch (error) {
    return { state: 'unknown', why: `cron/jobs.json cannot be read: ${(error as Error).message}` }
  }
}

function jobOf(id: unknown, name: unknown, isEnabled: boolean): Job {
  const ownId = textOf(id) ?? ''
  const ownName = textOf(name) ?? ownId
  return { id: ownId, name: ownName, isEnabled, isSystem: SYSTEM_MADE.test(ownName) || SYSTEM_MADE.test(ownId) }
}

function sorted(jobs: readonly Job[]): Job[] {
  return [...jobs].sort((a, b) => (a.id < b.id ? -1 : 1))
}
