import { statePathOf } from '../../shared/agent-dirs'
import type { Manifest, SnapshotFile } from '../../shared/backup'
import type { Component } from '../../shared/components'
import { hasPlacedMode } from '../../shared/layout'
import type { Difference } from '../../shared/plan'
import { maskedDiff } from '../openclaw/diff'

/** Texts are compared for people up to this size, in bytes. */
export const MOST_DIFF_BYTES = 1024 * 1024

const key = (file: { readonly root: string; readonly path: string; readonly pathBytes?: string | undefined }): string =>
  `${file.root}\0${file.pathBytes ?? file.path}`

/** A snapshot against what is on the target now, as a restore would change it. Folders count only as what is in them. */
export function differencesOf(
  manifest: Manifest,
  present: readonly SnapshotFile[],
  given: {
    readonly components: readonly Component[]
    /** Texts of both sides by path relative to the state directory; the new ones as they would be written. */
    readonly before: ReadonlyMap<string, string>
    readonly after: ReadonlyMap<string, string>
  },
): Difference[] {
  const there = new Map(present.filter(isShown).map(file => [key(file), file]))
  const rows: Difference[] = []
  for (const file of manifest.files.filter(isShown)) {
    const old = there.get(key(file))
    there.delete(key(file))
    if (!given.components.includes(file.component)) continue
    rows.push(row(file, old, given))
  }
  for (const file of there.values()) {
    if (given.components.includes(file.component)) {
      rows.push({ path: shownPath(file), component: file.component, change: 'removed', bytes: file.size })
    }
  }
  return rows
}

function row(
  file: SnapshotFile,
  old: SnapshotFile | undefined,
  given: { readonly before: ReadonlyMap<string, string>; readonly after: ReadonlyMap<string, string> },
): Difference {
  const shown = { path: shownPath(file), component: file.component, bytes: file.size }
  if (old === undefined) return { ...shown, change: 'added' }
  const path = statePathOf(file) ?? ''
  const before = given.before.get(path)
  const after = given.after.get(path)
  if (before !== undefined && after !== undefined) {
    return before === after && hasPlacedMode(old, file)
      ? { ...shown, change: 'kept' }
      : { ...shown, change: 'changed', diff: maskedDiff(path, before, after) }
  }
  const isSame = old.sha256 === file.sha256 && old.target === file.target && hasPlacedMode(old, file)
  return { ...shown, change: isSame ? 'kept' : 'changed' }
}

function isShown(file: SnapshotFile): boolean {
  return file.kind !== 'folder'
}

function shownPath(file: SnapshotFile): string {
  return file.root === 'state' ? file.path : `${file.root}/${file.path}`
}
