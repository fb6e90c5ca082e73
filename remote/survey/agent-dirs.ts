import { existsSync } from 'node:fs'
import type { Size } from '../../shared/survey'
import { agentDirsOf, isOutside, isReallyOutside, realOf } from './agents'
import type { FoundProfile } from './found-profile'
import type { Profile } from './service'

/** The folders that the configuration gives agents for what they keep. */
export async function gatherAgentDirs(
  profile: FoundProfile,
  given: { readonly workspaces: readonly string[]; sizeOf(path: string): Promise<Size> },
): Promise<Profile['agentDirs']> {
  const { stateDir } = profile
  const found: Profile['agentDirs'] = []
  for (const { agent, path } of agentDirsOf(profile)) {
    const outside = isReallyOutside(path, stateDir)
    const refusal = outside ? refusalOf(path, profile, given.workspaces) : null
    // What lies inside was counted with the state directory; what is refused may be as large as a disk.
    const size = outside && refusal === null ? await given.sizeOf(path) : { bytes: 0, files: 0 }
    found.push({ agent, path, isOutside: outside, exists: existsSync(path), refusal, size })
  }
  return found
}

/** A folder that holds more than what the agent keeps would bring all of that along, or place it twice. */
export function refusalOf(
  path: string,
  { stateDir, home }: FoundProfile,
  workspaces: readonly string[],
): string | null {
  const holds = (folder: string): boolean => !isOutside(realOf(folder), realOf(path))
  if (holds(stateDir)) return 'It holds the state directory as well.'
  if (holds(home)) return 'It holds the home directory as well.'
  if (workspaces.some(folder => realOf(folder) === realOf(path))) return 'It is the workspace of an agent as well.'
  return null
}
