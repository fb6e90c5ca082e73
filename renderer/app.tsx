import { useEffect } from 'react'
import { Sidebar } from './views/sidebar'
import { TopBar } from './views/top-bar'
import { Fleet } from './views/fleet/fleet'
import { NodePage } from './views/node/node-page'
import { Alerts } from './views/alerts/alerts'
import { Backups } from './views/backups'
import { Activity } from './views/activity'
import { SettingsView } from './views/settings'
import { PlanPlace } from './views/plan/plan-place'
import { RunSheet } from './views/run/run-sheet'
import { Dialogs } from './dialogs/dialogs'
import { Notices } from './components/notices'
import { useApp } from './store/app'
import { applyTheme } from './theme'
import type { Place } from './store/window'

/** The frame: navigation on the left, one place at a time on the right. */
export function App() {
  const place = useApp(app => app.place)
  const theme = useApp(app => app.settings.theme)
  const openDialog = useApp(app => app.openDialog)
  useEffect(() => {
    applyTheme(theme)
  }, [theme])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      openDialog({ kind: 'palette' })
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [openDialog])
  return (
    <div className="frame">
      <Sidebar />
      <div className="stage">
        <TopBar />
        <main className="place" key={keyOf(place)}>
          <PlaceView place={place} />
        </main>
      </div>
      <Dialogs />
      <Notices />
    </div>
  )
}

function keyOf(place: Place): string {
  return 'id' in place ? `${place.view}/${place.id}` : place.view
}

function PlaceView({ place }: { readonly place: Place }) {
  switch (place.view) {
    case 'fleet':
      return <Fleet />
    case 'node':
      return <NodePage id={place.id} />
    case 'alerts':
      return <Alerts />
    case 'alert':
      return <Alerts here={place.id} />
    case 'backups':
      return <Backups />
    case 'activity':
      return <Activity />
    case 'settings':
      return <SettingsView />
    case 'plan':
      return <PlanPlace />
    case 'operation':
      return <RunSheet id={place.id} />
  }
}
