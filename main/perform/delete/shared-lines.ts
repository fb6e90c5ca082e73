import type { DeletionItem } from '../../../shared/deletion'

/**
 * Items without the lines that stay in the same file for something else: each profile's block of completions begins with
 * the same heading, and a look by hash cannot tell whose it is.
 */
export function withoutSharedLines(
  items: readonly DeletionItem[],
  all: readonly DeletionItem[],
): readonly DeletionItem[] {
  const staying = all.filter(({ verdict, lines }) => verdict !== 'goes' && lines.length > 0)
  return items.map(item => {
    const others = staying.filter(({ kind, path }) => kind === item.kind && path === item.path)
    const kept = new Set(others.flatMap(({ lines }) => lines.map(({ sha256 }) => sha256)))
    return kept.size === 0 ? item : { ...item, lines: item.lines.filter(({ sha256 }) => !kept.has(sha256)) }
  })
}
