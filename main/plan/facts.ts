import type { NodeRecord } from '../../shared/node'
import type { OpenClawInstall, ProfileFacts, Survey } from '../../shared/survey'
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

/** True when the profile's gateway is up, or was meant to be. */
export function isRunning(profile: ProfileFacts | undefined): boolean {
  return profile !== undefined && (profile.gateway.pid !== null || profile.gateway.health === 'live')
}
