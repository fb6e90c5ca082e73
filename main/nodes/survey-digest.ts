import { createHash } from 'node:crypto'
import { valueOf, type Survey } from '../../shared/survey'

/**
 * SHA-256 (hex) over the facts that plans rely on: a run refuses when it differs from the plan's. Left out is what moves by
 * itself: times, pids, health, sizes, free space, and order.
 */
export function surveyDigest(survey: Survey): string {
  return createHash('sha256')
    .update(canonicalJson(reliedOn(survey)), 'utf8')
    .digest('hex')
}

function reliedOn({ os, openclaw, profiles }: Survey): unknown {
  const install = valueOf(openclaw)
  return {
    platform: os.platform,
    user: os.user,
    home: os.home,
    openclaw: install === undefined ? 'unknown' : install && { version: install.version, root: install.packageRoot },
    profiles: inOrder(profiles.map(reliedOnProfile)),
  }
}

function reliedOnProfile(profile: Survey['profiles'][number]): unknown {
  const { name, stateDir, configPath, era, config, gateway, services, workspaces, agentDirs } = profile
  return {
    name,
    stateDir,
    configPath,
    era,
    config: valueOf(config)?.isValid ?? 'unknown',
    port: gateway.port,
    services: inOrder(
      services.map(({ name: unit, scope, isEnabled }) => ({ unit, scope, isEnabled: valueOf(isEnabled) ?? 'unknown' })),
    ),
    agents: inOrder(valueOf(profile.agents)?.map(({ id, workspace }) => ({ id, workspace }))),
    channels: inOrder(valueOf(profile.channels)),
    cron: inOrder(
      valueOf(profile.cron)
        ?.filter(({ isSystem }) => !isSystem)
        .map(({ id, name: job, isEnabled }) => ({ id, job, isEnabled })),
    ),
    credentials: inOrder(valueOf(profile.credentials)),
    workspaces: inOrder(workspaces.map(({ agent, path }) => ({ agent, path }))),
    agentDirs: inOrder(agentDirs.map(({ agent, path, exists, refusal }) => ({ agent, path, exists, refusal }))),
  }
}

/** The order in which a node lists things is chance. */
function inOrder(list: readonly unknown[] | undefined): readonly string[] | 'unknown' {
  return list?.map(canonicalJson).sort() ?? 'unknown'
}

/** JSON with sorted keys: equal facts give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
