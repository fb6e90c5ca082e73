import { ArchiveRestore, Plus, RefreshCw, Search } from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components'
import { attempt, importBackup } from '../actions'
import { Button } from '../components/controls'
import { useApp } from '../store/app'
import { pollNow } from '../watch'

/** Search and the two things done most often. */
export function TopBar() {
  const openDialog = useApp(app => app.openDialog)
  const view = useApp(app => app.place.view)
  const hasNodes = useApp(app => app.order.length > 0)
  const canImport = useApp(app => app.backupsState === 'ready')
  const isMac = useApp(app => app.info?.platform === 'darwin')
  return (
    <header className="top-bar">
      <AriaButton className="search-button" onPress={() => openDialog({ kind: 'palette' })}>
        <Search size={15} aria-hidden="true" />
        <span className="grow">Search or run a command</span>
        <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
      </AriaButton>
      <div className="grow" />
      {view === 'backups' && (
        <Button icon={ArchiveRestore} isDisabled={!canImport} onPress={() => void importBackup()}>
          Import backup
        </Button>
      )}
      {(view === 'alerts' || view === 'alert') && hasNodes && (
        <Button icon={RefreshCw} onPress={() => void pollNow(null)}>
          Check now
        </Button>
      )}
      {view === 'fleet' && hasNodes && (
        <Button icon={RefreshCw} onPress={() => void attempt('nodes.surveyAll')}>
          Check now
        </Button>
      )}
      {view === 'fleet' && hasNodes && (
        <Button look="primary" icon={Plus} onPress={() => openDialog({ kind: 'add-node' })}>
          Add node
        </Button>
      )}
    </header>
  )
}
