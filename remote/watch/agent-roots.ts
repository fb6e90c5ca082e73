import { statSync } from 'node:fs'
import { realPath } from '../path'
import { isMountPoint } from '../mounts'
import { display } from '../paths'
import { refusalOf } from '../survey/agent-dirs'
import { agentDirsOf, isOutside, realOf, workspacesOf } from '../survey/agents'
import type { FoundProfile } from '../survey/found-profile'
import type { SizedRoot } from './sizes'
import { bytesOf } from './tree'

/** Folders outside all state directories that the configuration gives agents for what they keep. Absolute, there or not. */
export function outsideAgentDirs(profiles: readonly FoundProfile[]): string[] {
  const dirs = new Set(profiles.flatMap(agentDirsOf).map(({ path }) => path))
  return [...dirs].filter(path => profiles.every(({ stateDir }) => isOutside(path, stateDir)))
}

/**
 * The same as roots whose sizes are counted, beside those that are counted anyway. One that holds more than what its agent
 * keeps is left out, and `notRead` says why: a home or a whole disk would be counted as OpenClaw's.
 */
export function agentRoots(
  profiles: readonly FoundProfile[],
  others: readonly SizedRoot[],
): { readonly roots: SizedRoot[]; readonly notRead: string[] } {
  const taken = new Set(others.map(({ path }) => path))
  const found = new Set<string>()
  const notRead: string[] = []
  for (const named of outsideAgentDirs(profiles)) {
    const path = folderAt(named)
    // A link may lead back in. What is inside is counted there.
    if (path === null || !profiles.every(({ stateDir }) => isOutside(path, realOf(stateDir)))) continue
    const why = whyNot(path, profiles)
    if (why !== null) notRead.push(`The size of ${display(named)}: ${why}`)
    else if (!taken.has(bytesOf(path))) found.add(path)
  }
  const roots = [...found].filter(path => ![...found].some(other => other !== path && !isOutside(path, other)))
  return { roots: roots.map(path => ({ path: bytesOf(path), holds: 'agents' })), notRead }
}

function folderAt(path: string): string | null {
  try {
    const real = realPath(path)
    return statSync(real).isDirectory() ? real : null
  } catch {
    return null // Not there (yet).
  }
}

function whyNot(path: string, profiles: readonly FoundProfile[]): string | null {
  for (const profile of profiles) {
    const why = refusalOf(path, profile, workspacesOf(profile))
    if (why !== null) return why
  }
  return isMountPoint(Buffer.from(path)) ? 'Another file system is mounted there.' : null
}
