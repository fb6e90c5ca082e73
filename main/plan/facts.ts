import type { NodeRecord } from '../../shared/node'
import type { AgentDirFacts, LeftOut, OpenClawInstall, ProfileFacts, Survey } from '../../shared/survey'
import { valueOf } from '../../shared/survey'

/** One node as a planner sees it. All of it was read beforehand. */
export interface NodeFacts {
  readonly record: NodeRecord
  readonly survey: Survey
  readonly digest: string
  /** A sudo password is stored, or the user is root. */
  readonly canSudo: boolean
}

/** When and under which id a plan is made. */
export interface PlanStamp {
  readonly id: string
  readonly now: Date
}

/** The profile of a node, or undefined when it has none of that name. */
export function profileOf(facts: NodeFacts, name: string): ProfileFacts | undefined {
  return facts.survey.profiles.find(profile => profile.name === name)
}

/** The installed OpenClaw, or null when there is none or it could not be asked. */
export function installOf(facts: NodeFacts): OpenClawInstall | null {
  return valueOf(facts.survey.openclaw) ?? null
}

/** Where a profile's state goes on a node that has none yet. */
export function defaultStateDir(home: string, profile: string): string {
  return profile === 'default' ? `${home}/.openclaw` : `${home}/.openclaw-${profile}`
}

/** Agents' own folders outside the state directory that are carried as roots of their own. */
export function carriedAgentDirs(profile: ProfileFacts | undefined): readonly AgentDirFacts[] {
  return (profile?.agentDirs ?? []).filter(dir => dir.isOutside && dir.exists && dir.refusal === null)
}

/** Agents' own folders outside the state directory that cannot be carried, though they are there. */
export function refusedAgentDirs(profile: ProfileFacts | undefined): readonly AgentDirFacts[] {
  return (profile?.agentDirs ?? []).filter(dir => dir.isOutside && dir.exists && dir.refusal !== null)
}

/** The same as lines of what is left out, and why. */
export function leftOutFolders(profile: ProfileFacts | undefined): readonly LeftOut[] {
  const refused = refusedAgentDirs(profile).map(({ agent, path, refusal }) => ({
    path,
    why: `What ${agent} keeps, with its credentials and sessions, is not carried. ${refusal ?? ''}`,
    bytes: 0,
  }))
  return [...refused, ...unknownFolders(profile)]
}

/** A configuration that cannot be read hides what it puts elsewhere. */
function unknownFolders(profile: ProfileFacts | undefined): readonly LeftOut[] {
  if (profile === undefined) return []
  const agents = valueOf(profile.agents)
  if (agents?.every(({ workspace }) => workspace !== null) === true) return []
  const why =
    'The configuration cannot be read, so nobody knows which workspaces and folders of agents lie elsewhere. None of them is carried.'
  return [{ path: 'Folders outside the state directory', why, bytes: 0 }]
}

/** The roots of a profile: its state directory, and what the configuration puts elsewhere. */
export function rootsOf(profile: ProfileFacts | undefined, stateDir: string): Record<string, string> {
  const workspaces = (profile?.workspaces ?? []).filter(workspace => workspace.isOutside && workspace.exists)
  return {
    state: stateDir,
    ...Object.fromEntries(carriedAgentDirs(profile).map(({ agent, path }) => [`agent:${agent}`, path])),
    ...Object.fromEntries(workspaces.map(({ agent, path }) => [`workspace:${agent}`, path])),
  }
}

/** True when the profile's gateway is up, or was meant to be. */
export function isRunning(profile: ProfileFacts | undefined): boolean {
  return profile !== undefined && (profile.gateway.pid !== null || profile.gateway.health === 'live')
}
