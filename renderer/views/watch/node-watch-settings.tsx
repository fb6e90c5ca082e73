import { call } from '../../api'
import { Button } from '../../components/controls'
import { Section } from '../../components/section'
import { Switch } from '../../components/switch'
import type { RuleField } from '../../lib/rules'
import { useApp } from '../../store/app'
import { changeNodeWatch, muteRule } from '../../watch'
import { PLAIN_NODE_WATCH } from '../../watch-defaults'
import type { Automatic, CleanKind, NodeWatch } from '../../../shared/watch'
import { NumberSetting } from './number-setting'
import { RulesEditor } from './rules-editor'
import { INTERVAL } from './watch-settings'

/** How this node is watched, where that differs from the others. */
export function NodeWatchSettings({ nodeId }: { readonly nodeId: string }) {
  const config = useApp(app => app.watchConfig)
  if (config === null) return null
  const watch = config.nodes[nodeId] ?? PLAIN_NODE_WATCH
  return (
    <Section title="How this node is watched" summary={summaryOf(watch)}>
      <div className="stack">
        <General nodeId={nodeId} watch={watch} everySeconds={config.everySeconds} />
        <AutomaticCleanUp nodeId={nodeId} watch={watch} />
        <Rules nodeId={nodeId} watch={watch} />
      </div>
    </Section>
  )
}

function summaryOf({ isWatched, isMuted, everySeconds, rules, mutedRules, automatic }: NodeWatch): string {
  if (!isWatched) return 'Not watched'
  const parts = [
    isMuted ? 'muted' : '',
    everySeconds === null ? '' : `every ${everySeconds} s`,
    Object.keys(rules).length + mutedRules.length > 0 ? 'own rules' : '',
    Object.values(automatic).some(({ isOn }) => isOn) ? 'cleans up by itself' : '',
  ].filter(part => part !== '')
  const text = parts.length === 0 ? 'as all nodes' : parts.join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

interface PartProps {
  readonly nodeId: string
  readonly watch: NodeWatch
}

function General({ nodeId, watch, everySeconds }: PartProps & { readonly everySeconds: number }) {
  const change = (wish: Partial<NodeWatch>) => void changeNodeWatch(nodeId, wish)
  return (
    <div>
      <Switch isOn={watch.isWatched} onChange={isWatched => change({ isWatched })}>
        Watch this node
      </Switch>
      <Switch
        isOn={watch.isMuted}
        help="It is measured and its alerts are listed, but nothing speaks."
        onChange={isMuted => change({ isMuted })}
      >
        Mute this node
      </Switch>
      <div className="row wrap">
        <NumberSetting
          field={OWN_INTERVAL}
          isLazy
          value={watch.everySeconds ?? everySeconds}
          isOwn={watch.everySeconds !== null}
          onChange={seconds => change({ everySeconds: seconds })}
        />
        {watch.everySeconds !== null && (
          <Button size="small" onPress={() => change({ everySeconds: null })}>
            As for all nodes
          </Button>
        )}
      </div>
    </div>
  )
}

const CLEAN_WORDS: Readonly<Record<CleanKind, string>> = {
  orphans: 'Remove orphaned files by itself',
  processes: 'End leaked processes by itself',
}

const OWN_INTERVAL: RuleField = { ...INTERVAL, label: 'Ask it every' }

const EVERY: RuleField = { ...INTERVAL, key: 'everyHours', label: 'At most once in', unit: 'hours', min: 1, max: 720 }

const OFF: Automatic = { isOn: false, everyHours: 24, stoppedBecause: null }

function AutomaticCleanUp({ nodeId, watch }: PartProps) {
  const set = (what: CleanKind, automatic: Automatic) =>
    void changeNodeWatch(nodeId, { automatic: { ...watch.automatic, [what]: automatic } })
  return (
    <div role="group" aria-label="Automatic clean-up">
      <h3>Automatic clean-up</h3>
      <p className="soft small-text">
        Each run makes the same plan with the same guards, ends with the same proof and is in Activity.
      </p>
      {(Object.keys(CLEAN_WORDS) as CleanKind[]).map(what => {
        const automatic = watch.automatic[what] ?? OFF
        const { isOn, everyHours, stoppedBecause } = automatic
        return (
          <div key={what}>
            <Switch isOn={isOn} onChange={wish => set(what, { ...automatic, isOn: wish, stoppedBecause: null })}>
              {CLEAN_WORDS[what]}
            </Switch>
            {isOn && (
              <NumberSetting
                field={EVERY}
                isLazy
                about={CLEAN_WORDS[what]}
                value={everyHours}
                onChange={hours => set(what, { ...automatic, everyHours: hours })}
              />
            )}
            {stoppedBecause !== null && (
              <p className="callout attention" role="status">
                Switched off by itself: {stoppedBecause}
              </p>
            )}
          </div>
        )
      })}
    </div>
  )
}

function Rules({ nodeId, watch }: PartProps) {
  const forAll = useApp(app => app.watchConfig?.rules)
  const watchConfigChanged = useApp(app => app.watchConfigChanged)
  return (
    <div className="stack-small">
      <h3>Rules of this node</h3>
      <RulesEditor
        nodeId={nodeId}
        saved={watch.rules}
        below={forAll === undefined ? [] : [forAll]}
        mutedRules={watch.mutedRules}
        onSave={async rules => watchConfigChanged(await call('watch.setNode', { nodeId, watch: { rules } }))}
        onMute={(rule, isMuted) => void muteRule(nodeId, rule, isMuted)}
      />
    </div>
  )
}
