import type { Mapping } from '../../shared/path-map'
import type { Place } from './place'

export { pathMap, type Hit, type Mapped, type Mapping, type PathMap } from '../../shared/path-map'

/** Whether a path is `root` or lies under it. */
export function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)
}

/** Without trailing slashes; empty and root stay empty, since they are no place of their own. */
export function trimPath(path: string): string {
  return path.replace(/[/\\]+$/, '')
}

/** The source's own places and where they are on the target; folders outside come from the caller. */
export function placeMappings(source: Place, target: Place, outside: readonly Mapping[]): readonly Mapping[] {
  const pairs: Mapping[] = [
    ...outside,
    { from: source.stateDir, to: target.stateDir, what: 'state directory' },
    ...(source.nodePath && target.nodePath
      ? [{ from: source.nodePath, to: target.nodePath, what: 'Node binary' }]
      : []),
    ...(source.packageRoot && target.packageRoot
      ? [{ from: source.packageRoot, to: target.packageRoot, what: 'OpenClaw package' }]
      : []),
    { from: source.home, to: target.home, what: 'home' },
  ].map(({ from, to, what }) => ({ from: trimPath(from), to: to === null ? null : trimPath(to), what }))
  const known = pairs.filter(({ from }) => from !== '')
  return [...known, ...known.flatMap(mapping => shortForms(mapping, source, target))]
}

/** `~/x` and `$HOME/x` mean another place on the target only where x itself moves within the home. */
function shortForms(mapping: Mapping, source: Place, target: Place): readonly Mapping[] {
  const [sourceHome, targetHome] = [trimPath(source.home), trimPath(target.home)]
  if (mapping.to === null || mapping.from === sourceHome || !isUnder(mapping.from, sourceHome)) return []
  const inside = mapping.from.slice(sourceHome.length)
  if (mapping.to === targetHome + inside) return []
  const to = mapping.to
  return ['~', '$HOME', '${HOME}'].map(home => ({
    from: home + inside,
    to: isUnder(to, targetHome) ? home + to.slice(targetHome.length) : to,
    what: mapping.what,
  }))
}

/** Paths that exist only in the source's set-up: what must be found nowhere on the target afterwards. Longest first. */
export function sourceOnlyPaths(source: Place, target: Place): readonly string[] {
  const theirs = [target.home, target.stateDir, target.nodePath, target.packageRoot].filter(path => path !== null)
  return [source.stateDir, source.home]
    .map(trimPath)
    .filter(path => path !== '' && !theirs.some(other => isUnder(trimPath(other), path)))
    .sort((left, right) => right.length - left.length)
}
