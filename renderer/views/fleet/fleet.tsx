import { useMemo, useState } from 'react'
import { loadFacts } from '../../connect'
import { Button } from '../../components/controls'
import { Problem } from '../../components/problem'
import { Skeleton } from '../../components/skeleton'
import { groupNodes, matches, sortNodes, type SortKey } from '../../lib/arrange'
import { useApp } from '../../store/app'
import { Bin } from './bin'
import { EmptyFleet } from './empty-fleet'
import { FleetTools } from './fleet-tools'
import { Group, ListHead } from './group'
import { Selection } from './selection'
import { Shelf } from './shelf'
import type { Cargo } from '../../lib/offers'
import { cargoOf } from './carry'

/** The board: every node at a glance, and the shelf beside it. */
export function Fleet() {
  const state = useApp(app => app.nodesState)
  const problem = useApp(app => app.nodesProblem)
  const isEmpty = useApp(app => app.order.length === 0)
  if (state === 'loading') {
    return (
      <div className="page page-body wide stack">
        <h1>Fleet</h1>
        <Skeleton count={6} className="board grid" />
      </div>
    )
  }
  if (state === 'failed' && problem !== null) {
    return (
      <div className="page page-body stack">
        <h1>Fleet</h1>
        <Problem problem={problem}>
          <Button onPress={() => void loadFacts()}>Try again</Button>
        </Problem>
      </div>
    )
  }
  return isEmpty ? <EmptyFleet /> : <Board />
}

/** From here on the list is the better default. */
const LIST_FROM_NODES = 21

function Board() {
  const cargo = useCargo()
  const count = useApp(app => app.order.length)
  const setting = useApp(app => app.settings.layout)
  const layout = count >= LIST_FROM_NODES ? 'list' : setting
  const [search, setSearch] = useState('')
  const [isByTag, setIsByTag] = useState(true)
  const [sort, setSort] = useState<SortKey>('label')
  const groups = useGroups(search, isByTag, sort)
  const shown = groups.reduce((sum, group) => sum + group.views.length, 0)
  return (
    <div className="fleet" data-carrying={cargo?.kind}>
      <div className="fleet-main">
        <FleetTools {...{ search, setSearch, isByTag, setIsByTag, layout }} />
        <Selection />
        <div className="scroller">
          {layout === 'list' && <ListHead sort={sort} onSort={setSort} />}
          {shown === 0 && (
            <p className="nothing" role="status">
              No node matches “{search}”.
            </p>
          )}
          <div className={`groups ${layout}`}>
            {groups.map(group => (
              <Group key={group.tag ?? ''} group={group} layout={layout} cargo={cargo} />
            ))}
          </div>
        </div>
      </div>
      <Shelf cargo={cargo} />
      <Bin cargo={cargo} />
    </div>
  )
}

function useGroups(search: string, isByTag: boolean, sort: SortKey) {
  const nodes = useApp(app => app.nodes)
  const order = useApp(app => app.order)
  return useMemo(() => {
    const views = order.flatMap(id => nodes[id] ?? []).filter(view => matches(view, search))
    return groupNodes(sortNodes(views, sort), isByTag)
  }, [nodes, order, search, isByTag, sort])
}

function useCargo(): Cargo | null {
  const cargo = useApp(app => app.cargo)
  const nodes = useApp(app => app.nodes)
  const backups = useApp(app => app.backups)
  return useMemo(() => cargoOf({ cargo, nodes, backups }), [cargo, nodes, backups])
}
