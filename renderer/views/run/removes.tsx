import type { DeletionItem } from '../../../shared/deletion'

/** What one step of a deletion is about: every path, unit and line by its name. */
export function Removes({ items }: { readonly items: readonly DeletionItem[] }) {
  if (items.length === 0) return null
  return (
    <ul className="removes" tabIndex={0} aria-label="What this step is about">
      {items.map(({ id, name, path, paths }) => (
        <li key={id}>
          <code>{path ?? name}</code>
          {paths
            .filter(one => one !== path)
            .map(one => (
              <code key={one} className="block">
                {one}
              </code>
            ))}
        </li>
      ))}
    </ul>
  )
}
