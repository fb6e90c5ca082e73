import { existsSync, statSync } from 'node:fs'
import { join } from '../path'
import type { Era } from '../../shared/survey'
import { agentFolders } from './agents'

/** The first release whose sessions live in SQLite. */
const SQLITE_SESSIONS_SINCE = [2026, 7, 2]

/** Where a profile keeps its state. The version decides only what the files cannot: a profile that has no session yet. */
export function eraOf(stateDir: string, version: string | null): Era {
  const hasDatabase = existsSync(join(stateDir, 'state', 'openclaw.sqlite'))
  const agents = agentFolders(stateDir)
  const hasSessionFiles = agents.some(id => hasContent(join(stateDir, 'agents', id, 'sessions', 'sessions.json')))
  const hasAgentDatabase = agents.some(id => existsSync(join(stateDir, 'agents', id, 'agent', 'openclaw-agent.sqlite')))
  if (!hasDatabase && !hasAgentDatabase) {
    const hasFiles =
      hasSessionFiles ||
      agents.length > 0 ||
      ['cron/jobs.json', 'identity/device.json', 'devices/paired.json'].some(path => existsSync(join(stateDir, path)))
    return hasFiles ? 'files' : 'empty'
  }
  if (hasSessionFiles) return 'mixed'
  return version !== null && isBefore(version, SQLITE_SESSIONS_SINCE) ? 'mixed' : 'sqlite'
}

/** Whether a version such as `2026.7.1-beta.2` is older than these numbers. */
export function isBefore(version: string, since: readonly number[]): boolean {
  const own = (version.match(/\d+/g) ?? []).map(Number)
  for (const [index, part] of since.entries()) {
    const difference = (own[index] ?? 0) - part
    if (difference !== 0) return difference < 0
  }
  return false
}

function hasContent(path: string): boolean {
  try {
    return statSync(path).size > 2 // `{}` holds no session.
  } catch {
    return false // Not there.
  }
}
