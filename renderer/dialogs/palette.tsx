import { Search } from 'lucide-react'
import { useMemo } from 'react'
import { Autocomplete, Input, Menu, MenuItem, SearchField, useFilter } from 'react-aria-components'
import { attempt, checkNode, importBackup, openPlan } from '../actions'
import { DialogShell } from '../components/dialog-shell'
import { offerOnShelf, whyNoRemoval } from '../lib/offers'
import { openRemoval } from '../removal'
import { useApp } from '../store/app'
import type { NodeView } from '../../shared/contract'

interface Entry {
  readonly id: string
  readonly text: string
  readonly kind: string
  readonly act: () => void
}

/** Everything by name: places, nodes and what can be done with them. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const nodes = useApp(app => app.nodes)
  const { contains } = useFilter({ sensitivity: 'base' })
  const entries = useMemo(() => [...general(), ...Object.values(nodes).flatMap(forNode)], [nodes])
  const act = (id: string | number) => {
    onClose()
    entries.find(entry => entry.id === id)?.act()
  }
  return (
    <DialogShell title="Search or run a command" size="wide" onClose={onClose}>
      <Autocomplete filter={(text, search) => search.split(/\s+/).every(word => contains(text, word))}>
        <SearchField aria-label="Search" autoFocus className="palette-field">
          <Search size={16} aria-hidden="true" />
          <Input className="palette-input" placeholder="A node, a place, a command" />
        </SearchField>
        <Menu
          aria-label="Results"
          className="palette-list"
          items={entries}
          onAction={act}
          renderEmptyState={() => <p className="nothing">Nothing has that name.</p>}
        >
          {entry => (
            <MenuItem className="menu-item" id={entry.id} textValue={entry.text}>
              <span className="grow clip">{entry.text}</span>
              <span className="small-text">{entry.kind}</span>
            </MenuItem>
          )}
        </Menu>
      </Autocomplete>
    </DialogShell>
  )
}

function general(): Entry[] {
  const { goTo, openDialog } = useApp.getState()
  const go = (view: 'fleet' | 'alerts' | 'backups' | 'activity' | 'settings', text: string): Entry => ({
    id: `go-${view}`,
    text,
    kind: 'Place',
    act: () => goTo({ view }),
  })
  return [
    go('fleet', 'Fleet'),
    go('alerts', 'Alerts'),
    go('backups', 'Backups'),
    go('activity', 'Activity'),
    go('settings', 'Settings'),
    { id: 'add', text: 'Add node', kind: 'Command', act: () => openDialog({ kind: 'add-node' }) },
    { id: 'check', text: 'Check all nodes now', kind: 'Command', act: () => void attempt('nodes.surveyAll') },
    { id: 'import', text: 'Import backup', kind: 'Command', act: () => void importBackup() },
    {
      id: 'known-hosts',
      text: 'Import host keys from known_hosts',
      kind: 'Command',
      act: () => openDialog({ kind: 'known-hosts', backTo: null }),
    },
  ]
}

function forNode(view: NodeView): Entry[] {
  const { goTo, openDialog } = useApp.getState()
  const { id: nodeId, label } = view.record
  const entry = (verb: string, text: string, act: () => void): Entry => ({
    id: `${verb}-${nodeId}`,
    text,
    kind: 'Node',
    act,
  })
  const carry = offerOnShelf({ kind: 'node', node: view }).can
    ? [
        entry('migrate', `Migrate ${label} to…`, () => openDialog({ kind: 'migrate-to', nodeId })),
        entry('backup', `Back up ${label}`, () => void openPlan({ kind: 'backup', nodeId })),
      ]
    : []
  return [
    entry('open', `Open ${label}`, () => goTo({ view: 'node', id: nodeId })),
    ...carry,
    ...(whyNoRemoval(view) === undefined
      ? [entry('delete', `Delete ${label}…`, () => void openRemoval([nodeId]))]
      : []),
    entry(
      'orphans',
      `Clean up orphaned files on ${label}`,
      () => void openPlan({ kind: 'clean', nodeId, what: 'orphans' }),
    ),
    entry(
      'processes',
      `End leaked processes on ${label}`,
      () => void openPlan({ kind: 'clean', nodeId, what: 'processes' }),
    ),
    entry('check', `Check ${label} now`, () => void checkNode(nodeId)),
    entry('test', `Test the connection of ${label}`, () => openDialog({ kind: 'test-node', nodeId })),
    entry('edit', `Edit ${label}`, () => openDialog({ kind: 'edit-node', nodeId })),
  ]
}
