import { agentDirPlace } from '../../shared/agent-dirs'

/** Text files of a state directory that may hold paths of the machine they came from. Relative to it, with `/`. */
const REWRITABLE = [
  /^openclaw\.json$/,
  /^clawdbot\.json$/,
  /^[^/]+\.json5?$/,
  /^\.env$/,
  /^node\.json$/,
  /^cron\/jobs\.json$/,
  /^agents\/[^/]+\/sessions\/sessions\.json$/,
  /^agents\/[^/]+\/agent(?:-dir)?\/(auth-profiles|models)\.json$/,
  /^config\/.+\.json5?$/,
]

/** A larger text is carried as it is: no config is this big. Bytes. */
export const MAX_TEXT_BYTES = 64 * 1024 * 1024

/** True when the file is searched for source paths, and rewritten where it has some. */
export function isRewritable(relPath: string): boolean {
  return REWRITABLE.some(pattern => pattern.test(relPath))
}

/** Files worth reading for a preview: those that exist for every set-up, by path relative to the state directory. */
export function previewTexts(
  agents: readonly string[],
  /** Agents with a folder of their own elsewhere. */
  elsewhere: readonly string[],
): readonly string[] {
  const perAgent = agents.flatMap(agent => [
    `agents/${agent}/sessions/sessions.json`,
    `agents/${agent}/agent/auth-profiles.json`,
    `agents/${agent}/agent/models.json`,
  ])
  const apart = elsewhere.flatMap(agent =>
    ['auth-profiles.json', 'models.json'].map(name => `${agentDirPlace(agent)}/${name}`),
  )
  return ['openclaw.json', 'clawdbot.json', '.env', 'node.json', 'cron/jobs.json', ...perAgent, ...apart]
}
