import { Download, FileKey2, Fingerprint, Upload } from 'lucide-react'
import { RadioGroup } from 'react-aria-components'
import { attempt, changeSettings } from '../actions'
import { Button, Option } from '../components/controls'
import { ConditionGlyph } from '../components/glyph'
import { Switch } from '../components/switch'
import { counted } from '../lib/format'
import { useApp } from '../store/app'
import type { AppInfo, Settings } from '../../shared/contract'
import { Facts, Line, Panel } from './node/panel'
import { WatchSettings } from './watch/watch-settings'

/** What the admin can set, and the facts about the app. */
export function SettingsView() {
  const info = useApp(app => app.info)
  return (
    <div className="page">
      <div className="page-body stack narrow">
        <h1>Settings</h1>
        <Look />
        <WatchSettings />
        <Keys info={info} />
        <Nodes />
        {info !== null && <About info={info} />}
      </div>
    </div>
  )
}

const THEMES: readonly (readonly [Settings['theme'], string])[] = [
  ['system', 'Like the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

const LAYOUTS: readonly (readonly [Settings['layout'], string])[] = [
  ['grid', 'Grid'],
  ['list', 'List'],
]

function Look() {
  const { theme, layout, openAtLogin } = useApp(app => app.settings)
  return (
    <Panel title="Window">
      <Choice name="Theme" value={theme} options={THEMES} onChange={wish => void changeSettings({ theme: wish })} />
      <Choice
        name="Fleet layout"
        value={layout}
        options={LAYOUTS}
        onChange={wish => void changeSettings({ layout: wish })}
      />
      <Switch
        isOn={openAtLogin}
        help="In the tray, without a window, so that the fleet is watched from the start."
        onChange={wish => void changeSettings({ openAtLogin: wish })}
      >
        Open at login
      </Switch>
    </Panel>
  )
}

interface ChoiceProps<T extends string> {
  readonly name: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
}

function Choice<T extends string>({ name, value, options, onChange }: ChoiceProps<T>) {
  return (
    <div className="setting">
      <span className="grow" aria-hidden="true">
        {name}
      </span>
      <RadioGroup
        aria-label={name}
        className="segments"
        orientation="horizontal"
        value={value}
        onChange={wish => {
          const option = options.find(([id]) => id === wish)
          if (option !== undefined) onChange(option[0])
        }}
      >
        {options.map(([id, words]) => (
          <Option key={id} value={id} className="segment">
            {words}
          </Option>
        ))}
      </RadioGroup>
    </div>
  )
}

function Keys({ info }: { readonly info: AppInfo | null }) {
  const tone = info === null || info.keychain.state === 'ok' ? 'fine' : 'attention'
  return (
    <Panel title="Keys">
      {info !== null && (
        <div className="setting">
          <ConditionGlyph condition={tone} />
          <div className="grow">
            <p>
              {
                { ok: 'Keychain in order', locked: 'The keychain is locked', absent: 'There is no keychain' }[
                  info.keychain.state
                ]
              }
            </p>
            <p className="soft small-text">{info.keychain.text}</p>
          </div>
        </div>
      )}
      <div className="setting">
        <span className="grow">
          Recovery sheet
          <span className="soft block small-text">
            {info?.hasRecoverySheet === true ? 'Saved. It opens the backups without this computer.' : 'Not saved yet.'}
          </span>
        </span>
        <Button icon={FileKey2} onPress={() => void attempt('backups.saveRecoverySheet')}>
          Save recovery sheet
        </Button>
      </div>
    </Panel>
  )
}

function Nodes() {
  const openDialog = useApp(app => app.openDialog)
  const notify = useApp(app => app.notify)
  const exportNodes = async () => {
    const answer = await attempt('nodes.exportFile')
    if (answer?.value) notify({ tone: 'fine', title: 'Nodes exported', text: answer.value })
  }
  const importNodes = async () => {
    const answer = await attempt('nodes.importFile')
    if (!answer?.value) return
    const { added, skipped } = answer.value
    const text = skipped.length === 0 ? '' : `Skipped: ${skipped.join('; ')}`
    notify({ tone: skipped.length === 0 ? 'fine' : 'attention', title: `${counted(added, 'node')} added`, text })
  }
  return (
    <Panel title="Nodes">
      <div className="setting">
        <span className="grow">
          Export and import
          <span className="soft block small-text">Addresses, users and tags. Never secrets.</span>
        </span>
        <Button icon={Upload} onPress={() => void exportNodes()}>
          Export nodes
        </Button>
        <Button icon={Download} onPress={() => void importNodes()}>
          Import nodes
        </Button>
      </div>
      <div className="setting">
        <span className="grow">
          Host keys
          <span className="soft block small-text">Take over those that OpenSSH knows, after a look at them.</span>
        </span>
        <Button icon={Fingerprint} onPress={() => openDialog({ kind: 'known-hosts', backTo: null })}>
          Import from known_hosts…
        </Button>
      </div>
    </Panel>
  )
}

function About({ info }: { readonly info: AppInfo }) {
  return (
    <Panel title="About">
      <Facts>
        <Line name="OCM">{info.version}</Line>
        <Line name="Runtime">{info.runtime}</Line>
        <Line name="SSH cryptography">{info.sshCrypto}</Line>
        <Line name="Data">
          <code>{info.dataDir}</code>
        </Line>
        <Line name="Backups">
          <code>{info.backupDir}</code>
        </Line>
        <Line name="Log">
          <code>{info.logFile}</code>
        </Line>
      </Facts>
    </Panel>
  )
}
