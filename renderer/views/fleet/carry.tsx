import { useRef, type HTMLAttributes, type PointerEvent } from 'react'
import { useDrag, useDrop } from 'react-aria-components'
import type { Offer } from '../../lib/offers'
import { counted } from '../../lib/format'
import { offerOnNode, type Cargo } from '../../lib/offers'
import { useApp } from '../../store/app'
import type { AppState } from '../../store/app'

/** Lets an element be picked up: by mouse, touch, keyboard (Enter) or screen reader. */
export function useCarry(kind: Cargo['kind'], id: string, label: string): Carrying {
  const { dragProps, isDragging } = useDrag({
    getItems: () => [{ 'text/plain': label }],
    getAllowedDropOperations: () => ['move'],
    onDragStart: () => {
      const app = useApp.getState()
      app.pickUp(kind, id)
      app.announce(describeTargets(useApp.getState(), label))
    },
    onDragEnd: () => useApp.getState().putDown(),
  })
  // React Aria takes a press in the exact middle for a screen reader's. A mouse that really presses is a mouse.
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.pointerType !== 'mouse' || event.pressure === 0) dragProps.onPointerDown?.(event)
  }
  return { dragProps: { ...dragProps, onPointerDown }, isDragging }
}

/** What an element that can be carried wears. */
export interface Carrying {
  readonly dragProps: HTMLAttributes<HTMLElement>
  readonly isDragging: boolean
}

/** What is being carried, or null. */
export function cargoOf(app: Pick<AppState, 'cargo' | 'nodes' | 'backups'>): Cargo | null {
  if (app.cargo === null) return null
  const { kind, id } = app.cargo
  if (kind === 'node') {
    const node = app.nodes[id]
    return node === undefined ? null : { kind, node }
  }
  const backup = app.backups.find(one => one.id === id)
  return backup === undefined ? null : { kind, backup }
}

/** Says what can be done and what cannot, since impossible targets are out of reach of a screen reader while carrying. */
function describeTargets(app: AppState, label: string): string {
  const cargo = cargoOf(app)
  if (cargo === null) return ''
  const others = Object.values(app.nodes).filter(
    node => cargo.kind !== 'node' || node.record.id !== cargo.node.record.id,
  )
  const refusals = others.flatMap(node => {
    const offer = offerOnNode(cargo, node)
    return offer.can ? [] : [`${node.record.label}: ${offer.why}`]
  })
  const possible = counted(others.length - refusals.length, 'node')
  const not = refusals.length === 0 ? '' : ` Not possible: ${refusals.join('. ')}.`
  return `Picked up ${label}. ${possible} can take it.${not}`
}

interface DropSpotProps {
  readonly offer: Offer
  readonly onDrop: () => void
}

/** Lies over a possible target while something is carried, and says what a drop does or why it cannot be. */
export function DropSpot({ offer, onDrop }: DropSpotProps) {
  if (!offer.can) {
    return (
      <div className="drop-spot cannot">
        <span>{offer.why}</span>
      </div>
    )
  }
  return <OpenSpot says={offer.says} label={offer.label} onDrop={onDrop} />
}

interface OpenSpotProps {
  readonly says: string
  readonly label: string
  readonly onDrop: () => void
}

function OpenSpot({ says, label, onDrop }: OpenSpotProps) {
  const ref = useRef<HTMLDivElement>(null)
  const { dropProps, isDropTarget } = useDrop({ ref, getDropOperation: () => 'move', onDrop })
  return (
    <div
      {...dropProps}
      ref={ref}
      role="button"
      tabIndex={0}
      aria-label={label}
      className="drop-spot can"
      data-target={isDropTarget || undefined}
    >
      <span>{says}</span>
    </div>
  )
}
