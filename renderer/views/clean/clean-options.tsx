import { RadioGroup } from 'react-aria-components'
import { replan } from '../../actions'
import { Checkbox, Option } from '../../components/controls'
import { Section } from '../../components/section'
import { ORPHAN_ORDER, ORPHAN_WORDS } from '../../lib/cleaning'
import { counted } from '../../lib/format'
import { useApp } from '../../store/app'
import { toggled } from '../../watch'
import { HOUR, MINUTE } from '../../../shared/units'
import type { CleanOptions } from '../../../shared/cleaning'

/** From how old on a file may go. Younger than five minutes none ever goes: main refuses that. */
const AGES: readonly (readonly [number, string])[] = [
  [5 * MINUTE, '5 minutes'],
  [HOUR, '1 hour'],
  [24 * HOUR, '1 day'],
  [7 * 24 * HOUR, '1 week'],
  [30 * 24 * HOUR, '30 days'],
]

/** Makes the plan anew with another choice. */
function choose(change: Partial<CleanOptions>): void {
  void replan({ cleaning: { ...useApp.getState().choices.cleaning, ...change } })
}

/** All that can be chosen about cleaning up files. */
export function CleanOptionsSection({ options }: { readonly options: CleanOptions }) {
  const { minAgeMs, families, withUndo } = options
  const isKnown = AGES.some(([ms]) => ms === minAgeMs)
  const ages = isKnown ? AGES : [...AGES, [minAgeMs, `${Math.round(minAgeMs / MINUTE)} minutes`] as const]
  return (
    <Section title="Choices" summary={`${counted(families.length, 'kind')}${withUndo ? ', can be put back' : ''}`}>
      <div className="stack">
        <div className="setting">
          <span className="grow" aria-hidden="true">
            Older than
          </span>
          <RadioGroup
            aria-label="Older than"
            className="segments"
            orientation="horizontal"
            value={String(minAgeMs)}
            onChange={wish => choose({ minAgeMs: Number(wish) })}
          >
            {ages.map(([ms, words]) => (
              <Option key={ms} value={String(ms)} className="segment">
                {words}
              </Option>
            ))}
          </RadioGroup>
        </div>
        <Checkbox isSelected={withUndo} onChange={wish => choose({ withUndo: wish })}>
          <span>
            Keep a way back for one day{' '}
            <span className="soft">· files are put aside on the same disk, so no space is freed before that</span>
          </span>
        </Checkbox>
        <fieldset className="fieldset families">
          <legend>Kinds</legend>
          {ORPHAN_ORDER.map(family => (
            <Checkbox
              key={family}
              isSelected={families.includes(family)}
              isDisabled={families.length === 1 && families.includes(family)}
              onChange={wish => choose({ families: toggled(families, family, wish) })}
            >
              <span>
                {ORPHAN_WORDS[family].name} <span className="soft">· {ORPHAN_WORDS[family].says}</span>
              </span>
            </Checkbox>
          ))}
        </fieldset>
      </div>
    </Section>
  )
}
