/** The node's own SQLite, or null where its Node is older than 22.5 (or was built without it). */
export async function loadSqlite(): Promise<typeof import('node:sqlite') | null> {
  try {
    return await import('node:sqlite')
  } catch {
    return null // Not an error: what needs SQLite answers `unknown` then.
  }
}
