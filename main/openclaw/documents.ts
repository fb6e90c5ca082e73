import { CONFIG_FILE, fileKinds, parseConfig, parseEnv, type EnvLine, type FileKind } from './config'
import { nodeAt, type Json5Node } from './json5-text'
import type { RewriteInput } from './place'

/** One file of the config, and the place its root fills in the merged config. */
export interface ConfigDocument {
  readonly file: string
  readonly base: readonly string[]
  readonly root: Json5Node
  readonly text: string
}

/** The carried texts, read once. */
export interface Documents {
  readonly kinds: ReadonlyMap<string, FileKind>
  /** Files the config includes that are not carried. */
  readonly missing: readonly string[]
  readonly config: readonly ConfigDocument[]
  readonly environment: ReadonlyMap<string, readonly EnvLine[]>
  /** The value at a path of the merged config with the document it stands in. */
  find(path: readonly string[]): { readonly document: ConfigDocument; readonly node: Json5Node } | undefined
  /** The string there, or undefined. */
  textAt(path: readonly string[]): string | undefined
  /** Where a value would have to be added: the document that holds most of the way, and the path within it. */
  homeOf(path: readonly string[]): { readonly document: ConfigDocument; readonly path: readonly string[] } | undefined
  /** A variable of `.env`, or of `env.vars`. */
  variable(name: string): string | undefined
}

/** Reads the carried texts. @throws AppError `config-invalid` when the config or a file it includes is broken. */
export function readDocuments({ texts, source }: Pick<RewriteInput, 'texts' | 'source'>): Documents {
  const { kinds, missing } = fileKinds(texts, source)
  const config = [...kinds].flatMap(([file, kind]) => {
    const text = texts.get(file) ?? ''
    return kind.kind === 'config' ? [{ file, base: kind.base, root: parseConfig(file, text), text }] : []
  })
  const environment = new Map(
    [...kinds].flatMap(([file, { kind }]) =>
      kind === 'env' ? [[file, parseEnv(texts.get(file) ?? '')] as const] : [],
    ),
  )
  const within = (path: readonly string[], { base }: ConfigDocument): readonly string[] | null =>
    base.length <= path.length && base.every((part, index) => part === path[index]) ? path.slice(base.length) : null
  const find: Documents['find'] = path => {
    for (const document of config) {
      const inner = within(path, document)
      const node = inner === null ? undefined : nodeAt(document.root, inner)
      if (node !== undefined) return { document, node }
    }
    return undefined
  }
  return {
    kinds,
    missing,
    config,
    environment,
    find,
    textAt: path => scalarOf(find(path)?.node),
    homeOf: path => deepest(config, path, within),
    variable: name =>
      environment.get('.env')?.find(line => line.name === name)?.value ?? scalarOf(find(['env', 'vars', name])?.node),
  }
}

function scalarOf(node: Json5Node | undefined): string | undefined {
  return node?.kind === 'string' ? node.value : undefined
}

function deepest(
  config: readonly ConfigDocument[],
  path: readonly string[],
  within: (path: readonly string[], document: ConfigDocument) => readonly string[] | null,
): { document: ConfigDocument; path: readonly string[] } | undefined {
  let best: { document: ConfigDocument; path: readonly string[]; depth: number } | undefined
  for (const document of config) {
    const inner = within(path, document)
    if (inner === null || document.root.kind !== 'object') continue
    const known = inner.findIndex((_, index) => nodeAt(document.root, inner.slice(0, index + 1)) === undefined)
    const depth = document.base.length + (known < 0 ? inner.length : known)
    // The main file first: what stands next to an `$include` overrides it.
    if (best === undefined || depth > best.depth) best = { document, path: inner, depth }
  }
  return best ?? (config.length === 0 ? undefined : mainOf(config, path))
}

function mainOf(
  config: readonly ConfigDocument[],
  path: readonly string[],
): { document: ConfigDocument; path: readonly string[] } | undefined {
  const document = config.find(({ file }) => file === CONFIG_FILE)
  return document && { document, path }
}
