import { ChevronRight } from 'lucide-react'
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import { Button, Checkbox } from '../../components/controls'
import { COMMON_FIELDS, RULE_WORDS, valuesOf, type RuleField } from '../../lib/rules'
import type { RuleChanges, RuleId } from '../../../shared/watch'
import { NumberSetting } from './number-setting'

interface RuleRowProps {
  readonly rule: RuleId
  /** Changes in the order they hold, these rules' own last. */
  readonly layers: readonly RuleChanges[]
  readonly own: RuleChanges[RuleId]
  readonly isMuted: boolean
  readonly onMute: (isMuted: boolean) => void
  readonly onSet: (key: string, value: number | boolean) => void
  readonly onReset: () => void
  readonly onWrong: (key: string, isWrong: boolean) => void
}

/** One rule: its words fold out to its limits. */
export function RuleRow({ rule, layers, own, isMuted, onMute, onSet, onReset, onWrong }: RuleRowProps) {
  const { title, says, fields } = RULE_WORDS[rule]
  const values = valuesOf(rule, ...layers)
  const isOn = values['isOn'] !== false
  const field = (one: RuleField) => (
    <NumberSetting
      key={one.key}
      field={one}
      about={title}
      value={Number(values[one.key])}
      isOwn={own?.[one.key] !== undefined}
      onChange={value => onSet(one.key, value)}
      onWrong={isWrong => onWrong(one.key, isWrong)}
    />
  )
  return (
    <li>
      <Disclosure className="rule">
        <Heading level={3} className="rule-heading">
          <AriaButton slot="trigger" className="rule-head">
            <ChevronRight size={14} aria-hidden="true" />
            <span className="grow">
              {title} <span className="soft rule-summary">{isOn ? summaryOf(fields, values) : 'Off'}</span>
            </span>
            {own !== undefined && <span className="chip accent">Changed</span>}
            {isMuted && <span className="chip">Muted</span>}
          </AriaButton>
        </Heading>
        <DisclosurePanel className="rule-panel">
          <p className="soft">{says}</p>
          <div className="row wrap">
            <Checkbox isSelected={isOn} onChange={wish => onSet('isOn', wish)}>
              On
            </Checkbox>
            <Checkbox isSelected={isMuted} onChange={onMute}>
              Muted: measured and listed, but quiet
            </Checkbox>
          </div>
          {fields.length > 0 && <div className="rule-fields">{fields.map(field)}</div>}
          <div className="rule-fields common">{COMMON_FIELDS.map(field)}</div>
          {own !== undefined && (
            <div>
              <Button size="small" onPress={onReset}>
                {layers.length > 1 ? 'As for all nodes' : 'As delivered'}
              </Button>
            </div>
          )}
        </DisclosurePanel>
      </Disclosure>
    </li>
  )
}

/** The rule's own limits in a few words: "Attention from 100 files, or from 1000 MB". */
function summaryOf(fields: readonly RuleField[], values: Readonly<Record<string, number | boolean>>): string {
  return fields
    .slice(0, 2)
    .map(({ key, label, unit, isShare }) => {
      const value = Number(values[key])
      const number = (isShare ? Math.round(value * 100) : value).toLocaleString('en')
      return `${label.toLowerCase()} ${number}${unit === '' ? '' : ` ${unit}`}`
    })
    .join(', ')
}
