import type * as sqlite from 'node:sqlite'

type SqliteModule = typeof sqlite

/** `node:sqlite`, when the node's Node has it (not before 22.5, and behind a flag before 22.13). */
export function sqliteModule(): SqliteModule | undefined {
  const load = (process as { readonly getBuiltinModule?: (id: string) => unknown }).getBuiltinModule
  return load?.call(process, 'node:sqlite') as SqliteModule | undefined
}
