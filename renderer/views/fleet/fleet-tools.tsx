import { LayoutGrid, List, PanelRight, Search, Tags, X } from 'lucide-react'
import { Button, Input, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { changeSettings } from '../../actions'
import { useApp } from '../../store/app'

interface FleetToolsProps {
  readonly search: string
  readonly setSearch: (search: string) => void
  readonly isByTag: boolean
  readonly setIsByTag: (isByTag: boolean) => void
  readonly layout: 'grid' | 'list'
}

/** Filter, grouping, layout and the shelf. */
export function FleetTools({ search, setSearch, isByTag, setIsByTag, layout }: FleetToolsProps) {
  const isShelfOpen = useApp(app => app.isShelfOpen)
  const toggleShelf = useApp(app => app.toggleShelf)
  return (
    <div className="fleet-tools">
      <h1>Fleet</h1>
      <SearchField aria-label="Filter nodes" value={search} onChange={setSearch} className="filter">
        <Search size={14} aria-hidden="true" />
        <Input className="input" placeholder="Filter" />
        <Button className="filter-clear" aria-label="Clear filter">
          <X size={13} aria-hidden="true" />
        </Button>
      </SearchField>
      <ToggleButton className="segment alone" isSelected={isByTag} onChange={setIsByTag}>
        <Tags size={15} aria-hidden="true" />
        Group by tag
      </ToggleButton>
      <div className="grow" />
      <ToggleButtonGroup
        aria-label="Layout"
        className="segments"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[layout]}
        onSelectionChange={keys => void changeSettings({ layout: keys.has('list') ? 'list' : 'grid' })}
      >
        <ToggleButton id="grid" className="segment" aria-label="Grid">
          <LayoutGrid size={15} aria-hidden="true" />
        </ToggleButton>
        <ToggleButton id="list" className="segment" aria-label="List">
          <List size={15} aria-hidden="true" />
        </ToggleButton>
      </ToggleButtonGroup>
      <ToggleButton className="segment alone" isSelected={isShelfOpen} onChange={toggleShelf}>
        <PanelRight size={15} aria-hidden="true" />
        Shelf
      </ToggleButton>
    </div>
  )
}
