import type { Place } from './place'

/** One place of the source and where it is on the target. `to` null: the person has not decided yet. */
export interface Mapping {
  readonly from: string
  readonly to: string | null
  /** What it is, for people: "home", "state directory". */
  readonly what: string
}

/** One path of the source found in a text. */
export interface Hit {
  /** The path as it stands there, from its first character to the end of the path. */
  readonly path: string
  readonly mapping: Mapping
}

/** A text with the source's paths translated. `to` equals the text when nothing changes. */
export interface Mapped {
  readonly to: string
  readonly hits: readonly Hit[]
}

/** Translates every path of the source in a text, at path boundaries only. */
export interface PathMap {
  (text: string): Mapped
  /** A text with none of these in it holds no path of the source. */
  readonly needles: readonly string[]
}

/** What may stand before a path inside a longer text: nothing, a separator, `file://`, or a one-letter option (`-I/home/a`). */
const BEFORE = String.raw`(?<=^|[\s=:,;"'${'`'}()[\]{}<>|&@?#!]|file:\/\/(?:localhost)?|(?:^|\s)-[A-Za-z])`
/** A drive letter makes it another system's path. */
const NO_DRIVE = String.raw`(?<!(?:^|[\s="'(,;])[A-Za-z]:)`
/** What may follow it: nothing, a separator of paths, or the end of the word. */
const AFTER = String.raw`(?=$|[/\\\s=:,;"'${'`'}()[\]{}<>|&?#*])`
const REST = /^[^\s"'`:;,|&()<>[\]{}]*/

/** The map of some mappings. The longest match wins, so a state directory goes before its home. */
export function pathMap(mappings: readonly Mapping[]): PathMap {
  const byText = new Map<string, Mapping>()
  for (const mapping of mappings) {
    byText.set(mapping.from, mapping)
    const encoded = encodeURI(mapping.from)
    if (encoded !== mapping.from) byText.set(encoded, mapping)
  }
  const froms = [...byText.keys()].sort((left, right) => right.length - left.length)
  if (froms.length === 0) return Object.assign((text: string): Mapped => ({ to: text, hits: [] }), { needles: [] })
  const pattern = new RegExp(`${BEFORE}${NO_DRIVE}(?:${froms.map(escapePattern).join('|')})${AFTER}`, 'g')
  const translate = (text: string): Mapped => {
    if (!froms.some(from => text.includes(from))) return { to: text, hits: [] }
    const hits: Hit[] = []
    const to = text.replace(pattern, (from: string, offset: number) => {
      const mapping = byText.get(from)
      if (mapping === undefined) return from
      const rest = REST.exec(text.slice(offset + from.length))?.[0] ?? ''
      hits.push({ path: from + rest, mapping })
      if (mapping.to === null) return from
      const isUrl = /file:\/\/(?:localhost)?$/.test(text.slice(0, offset)) || from !== mapping.from
      return isUrl ? encodeURI(mapping.to) : mapping.to
    })
    return { to, hits }
  }
  return Object.assign(translate, { needles: froms })
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}

/** Whether a path is `root` or lies under it. */
export function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)
}

/** Without trailing slashes; empty and root stay empty, since they are no place of their own. */
export function trimPath(path: string): string {
  return path.replace(/[/\\]+$/, '')
}

/** The source's own places and where they are on the target; outside workspaces come from the caller. */
export function placeMappings(source: Place, target: Place, workspaces: readonly Mapping[]): readonly Mapping[] {
  const pairs: Mapping[] = [
    ...workspaces,
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
