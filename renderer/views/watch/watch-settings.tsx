import { RefreshCw } from 'lucide-react'
import { call } from '../../api'
import { Button } from '../../components/controls'
import { Section } from '../../components/section'
import { Switch } from '../../components/switch'
import { counted } from '../../lib/format'
import { RULE_ORDER, type RuleField } from '../../lib/rules'
import { useApp } from '../../store/app'
import { changeWatching, pollNow, toggled } from '../../watch'
import type { WatchConfig } from '../../../shared/watch'
import { Panel } from '../node/panel'
import { NumberSetting } from './number-setting'
import { QuietHours } from './quiet-hours'
import { RulesEditor } from './rules-editor'

/** How often nodes are asked; also used for one node. Bounds mirror shared/watch. */
export const INTERVAL: RuleField = {
  key: 'everySeconds',
  label: 'Ask each node every',
  unit: 'seconds',
  min: 10,
  max: 86_400,
  step: 1,
  isWhole: true,
  isShare: false,
}

const STORM: RuleField = {
  ...INTERVAL,
  key: 'stormLimit',
  label: 'Fold into one when more than',
  unit: 'in 10 minutes',
  min: 1,
  max: 100,
}

/** Everything about watching that holds for all nodes. */
export function WatchSettings() {
  const config = useApp(app => app.watchConfig)
  if (config === null) return null
  return (
    <>
      <Panel title="Watching">
        <Polling config={config} />
      </Panel>
      <Panel title="Notifications">
        <Notifying config={config} />
      </Panel>
      <Rules config={config} />
    </>
  )
}

function Polling({ config }: { readonly config: WatchConfig }) {
  const { isPaused, pausesOnBattery, everySeconds } = config
  return (
    <>
      <Switch isOn={!isPaused} onChange={isOn => void changeWatching({ isPaused: !isOn })}>
        Watch the fleet
      </Switch>
      <Switch isOn={pausesOnBattery} onChange={wish => void changeWatching({ pausesOnBattery: wish })}>
        Pause on battery
      </Switch>
      <div className="row wrap">
        <NumberSetting
          field={INTERVAL}
          isLazy
          value={everySeconds}
          onChange={seconds => void changeWatching({ everySeconds: seconds })}
        />
        <span className="grow" />
        <Button icon={RefreshCw} onPress={() => void pollNow(null)}>
          Ask all now
        </Button>
      </div>
    </>
  )
}

function Notifying({ config }: { readonly config: WatchConfig }) {
  const { notifies, quietHours, stormLimit } = config
  return (
    <>
      <Switch
        isOn={notifies}
        help="Alerts are listed in the window in any case, also where the system shows no notifications."
        onChange={wish => void changeWatching({ notifies: wish })}
      >
        Show notifications
      </Switch>
      <QuietHours quietHours={quietHours} />
      <NumberSetting
        field={STORM}
        isLazy
        value={stormLimit}
        onChange={limit => void changeWatching({ stormLimit: limit })}
      />
    </>
  )
}

function Rules({ config }: { readonly config: WatchConfig }) {
  const watchConfigChanged = useApp(app => app.watchConfigChanged)
  const { rules, mutedRules } = config
  const changed = RULE_ORDER.filter(rule => rules[rule] !== undefined).length
  return (
    <Section
      title="Rules for all nodes"
      summary={changed === 0 ? 'As delivered' : `${counted(changed, 'rule')} changed`}
    >
      <RulesEditor
        nodeId={null}
        saved={rules}
        below={[]}
        mutedRules={mutedRules}
        onSave={async wish => watchConfigChanged(await call('watch.setConfig', { rules: wish }))}
        onMute={(rule, isMuted) => void changeWatching({ mutedRules: toggled(mutedRules, rule, isMuted) })}
      />
    </Section>
  )
}
