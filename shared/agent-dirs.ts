/**
 * What an agent keeps for itself (credentials, its database, its models) may be put outside the state directory by the
 * configuration (`agentDir`). Such a folder is a root of its own, `agent:<id>`. All rules about files are written for
 * state directories, so for them it stands where it goes when a machine has no other place for it. That is beside the usual
 * `agents/<id>/agent`, which may hold older files of the same agent.
 */
const ROOT = /^agent:([^/]+)$/
const PLACE = /^agents\/([^/]+)\/agent-dir\/(.+)$/s

/** The folder's place in a state directory, relative to it. */
export function agentDirPlace(agent: string): string {
  return `agents/${agent}/agent-dir`
}

/** The agent whose own folder a root is, or undefined. */
export function agentOfRoot(root: string): string | undefined {
  return ROOT.exec(root)?.[1]
}

/** A file's path as the rules for state directories know it; undefined in workspaces and the home. */
export function statePathOf({ root, path }: { readonly root: string; readonly path: string }): string | undefined {
  if (root === 'state') return path
  const agent = agentOfRoot(root)
  return agent === undefined ? undefined : `${agentDirPlace(agent)}/${path}`
}

/** The opposite of {@link statePathOf}: in which of the roots the file lies. */
export function refOfStatePath(
  statePath: string,
  roots: Readonly<Record<string, string>>,
): { readonly root: string; readonly path: string } {
  const [, agent, path] = PLACE.exec(statePath) ?? []
  const root = `agent:${agent ?? ''}`
  return path !== undefined && root in roots ? { root, path } : { root: 'state', path: statePath }
}
