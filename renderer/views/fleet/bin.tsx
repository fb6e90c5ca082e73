import { Trash2 } from 'lucide-react'
import { offerOnBin, type Cargo } from '../../lib/offers'
import { carriedWith, openRemoval } from '../../removal'
import { useApp } from '../../store/app'
import { DropSpot } from './carry'

/** Slides in while a node is carried. A drop opens the preview of its deletion; it never starts anything. */
export function Bin({ cargo }: { readonly cargo: Cargo | null }) {
  const selected = useApp(app => app.selected)
  if (cargo?.kind !== 'node') return null
  const ids = carriedWith(cargo.node.record.id, selected)
  return (
    <aside className="bin" aria-label="Bin">
      <Trash2 size={18} aria-hidden="true" />
      <DropSpot offer={offerOnBin(cargo, ids.length)} onDrop={() => void openRemoval(ids)} />
    </aside>
  )
}
