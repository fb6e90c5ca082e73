import {
  Archive,
  ArchiveRestore,
  ArrowRightLeft,
  Copy,
  EllipsisVertical,
  FileText,
  Pencil,
  PlugZap,
  RefreshCw,
  Shield,
  ShieldOff,
  SquareCheck,
  Trash2,
  Unplug,
  type LucideIcon,
} from 'lucide-react'
import { Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { checkNode, duplicateNode, openPlan, toggleProtected } from '../../actions'
import { IconButton } from '../../components/controls'
import { offerOnShelf, whyNoRemoval } from '../../lib/offers'
import { openRemoval } from '../../removal'
import { useApp } from '../../store/app'
import type { NodeView } from '../../../shared/contract'

interface NodeMenuProps {
  readonly view: NodeView
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
}

/** The same verbs as dragging, and the rest, in one menu. Opens by its button, a right click or the menu key. */
export function NodeMenu({ view, isOpen, onOpenChange }: NodeMenuProps) {
  const { label } = view.record
  return (
    <MenuTrigger isOpen={isOpen} onOpenChange={onOpenChange}>
      <IconButton icon={EllipsisVertical} label={`Actions for ${label}`} size="small" />
      <Popover className="popover" placement="bottom end" offset={4}>
        <NodeMenuItems view={view} />
      </Popover>
    </MenuTrigger>
  )
}

function NodeMenuItems({ view }: { readonly view: NodeView }) {
  const openDialog = useApp(app => app.openDialog)
  const goTo = useApp(app => app.goTo)
  const toggleSelected = useApp(app => app.toggleSelected)
  const isSelected = useApp(app => app.selected.includes(view.record.id))
  const nodeId = view.record.id
  const { isProtected, label } = view.record
  const shelf = offerOnShelf({ kind: 'node', node: view })
  const whyNot = shelf.can ? undefined : shelf.why
  return (
    <Menu className="menu" aria-label={`Actions for ${label}`}>
      <Item icon={FileText} text="Open" onAction={() => goTo({ view: 'node', id: nodeId })} />
      <Separator className="menu-line" />
      <Item
        icon={ArrowRightLeft}
        text="Migrate to…"
        whyNot={whyNot}
        onAction={() => openDialog({ kind: 'migrate-to', nodeId })}
      />
      <Item icon={Archive} text="Back up…" whyNot={whyNot} onAction={() => void openPlan({ kind: 'backup', nodeId })} />
      <Item icon={ArchiveRestore} text="Restore…" onAction={() => openDialog({ kind: 'restore-onto', nodeId })} />
      <Separator className="menu-line" />
      <Item icon={RefreshCw} text="Check now" onAction={() => void checkNode(nodeId)} />
      <Item icon={PlugZap} text="Test connection" onAction={() => openDialog({ kind: 'test-node', nodeId })} />
      <Separator className="menu-line" />
      <Item icon={Pencil} text="Edit…" onAction={() => openDialog({ kind: 'edit-node', nodeId })} />
      <Item icon={Copy} text="Duplicate" onAction={() => void duplicateNode(nodeId)} />
      <Item
        icon={isProtected ? ShieldOff : Shield}
        text={isProtected ? 'Remove protection' : 'Protect'}
        onAction={() => void toggleProtected(nodeId)}
      />
      <Item icon={SquareCheck} text={isSelected ? 'Do not select' : 'Select'} onAction={() => toggleSelected(nodeId)} />
      <Separator className="menu-line" />
      <Item icon={Trash2} text="Delete…" whyNot={whyNoRemoval(view)} onAction={() => void openRemoval([nodeId])} />
      <Item icon={Unplug} text="Remove from OCM…" onAction={() => openDialog({ kind: 'remove-node', nodeId })} />
    </Menu>
  )
}

interface ItemProps {
  readonly icon: LucideIcon
  readonly text: string
  readonly whyNot?: string | undefined
  readonly onAction: () => void
}

function Item({ icon: Icon, text, whyNot, onAction }: ItemProps) {
  return (
    <MenuItem className="menu-item" textValue={text} isDisabled={whyNot !== undefined} onAction={onAction}>
      <Icon size={15} aria-hidden="true" />
      <span className="grow">{text}</span>
      {whyNot !== undefined && <span className="faint small-text">{whyNot}</span>}
    </MenuItem>
  )
}
