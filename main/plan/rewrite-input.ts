import { agentDirPlace } from '../../shared/agent-dirs'
import type { PlanOptions } from '../../shared/plan'
import { valueOf, type ProfileFacts } from '../../shared/survey'
import type { Place, RewriteInput } from '../openclaw/rewrite'
import { carriedAgentDirs, defaultStateDir, installOf, profileOf, type NodeFacts } from './facts'

/** Databases of a state directory whose values may name it. Relative to it. */
export function carriedDatabases(profile: ProfileFacts): readonly string[] {
  if (profile.era === 'files') return []
  const agents = valueOf(profile.agents)?.map(({ id }) => `agents/${id}/agent`) ?? []
  const elsewhere = carriedAgentDirs(profile).map(({ agent }) => agentDirPlace(agent))
  return ['state/openclaw.sqlite', ...[...agents, ...elsewhere].map(folder => `${folder}/openclaw-agent.sqlite`)]
}

/** A profile of a node as the rewriting sees it. */
export function placeOf(facts: NodeFacts, profileName: string): Place {
  const { survey } = facts
  const profile = profileOf(facts, profileName)
  const install = installOf(facts)
  return {
    home: survey.os.home,
    stateDir: profile?.stateDir ?? defaultStateDir(survey.os.home, profileName),
    user: survey.os.user,
    platform: survey.os.platform,
    hostname: survey.os.hostname,
    label: facts.record.label,
    nodePath: install?.nodePath ?? survey.nodes[0]?.path ?? null,
    packageRoot: install?.packageRoot ?? null,
    version: install?.version ?? null,
    profile: profileName,
    gatewayPort: profile?.gateway.port ?? null,
    workspaces: (profile?.workspaces ?? []).map(({ agent, path, isOutside }) => ({ agent, path, isOutside })),
    agentDirs: carriedAgentDirs(profile).map(({ agent, path }) => ({ agent, path })),
  }
}

/** What rewriting needs beside the two places. */
export interface RewriteContext {
  readonly texts: ReadonlyMap<string, string>
  readonly databases: readonly string[]
  readonly takenPorts: ReadonlyMap<number, string>
  readonly foreignBots: ReadonlyMap<string, string>
}

/** Puts together what {@link planRewrites} asks for. */
export function rewriteInput(
  places: { readonly source: Place; readonly target: Place },
  options: PlanOptions,
  context: RewriteContext,
): RewriteInput {
  // Named one by one: a wider object given as context must not replace the places.
  const { texts, databases, takenPorts, foreignBots } = context
  const { mode, set, decisions } = options
  return { ...places, mode, set, decisions, texts, databases, takenPorts, foreignBots }
}
