import { structuredPatch } from 'diff'
import { maskSecrets, secretSpans } from './mask'

/**
 * Unified diff of two texts with secrets masked. A secret that changes is counted below the diff, never shown; when nothing
 * else changes, the diff says just that. Empty when the texts are equal.
 */
export function maskedDiff(relPath: string, before: string, after: string): string {
  if (before === after) return ''
  const patch = structuredPatch(relPath, relPath, maskSecrets(relPath, before), maskSecrets(relPath, after), '', '', {
    context: 3,
  })
  const hunks = patch.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) =>
    [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, ...lines].join('\n'),
  )
  const changed = changedSecrets(relPath, before, after)
  if (hunks.length === 0) return `Only masked values change (${changed === 0 ? 'in comments' : changed}).\n`
  const note =
    changed === 0 ? [] : [`# ${changed} masked ${changed === 1 ? 'value changes' : 'values change'} as well.`]
  return [`--- ${relPath}`, `+++ ${relPath}`, ...hunks, ...note, ''].join('\n')
}

function changedSecrets(relPath: string, before: string, after: string): number {
  const [old, now] = [before, after].map(
    text => new Map((secretSpans(relPath, text) ?? []).map(({ where, value }) => [where, value])),
  )
  if (old === undefined || now === undefined) return 0
  return [...now].filter(([where, value]) => old.has(where) && old.get(where) !== value).length
}
