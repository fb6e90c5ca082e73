import { replan } from '../../actions'
import { Checkbox } from '../../components/controls'
import { Bytes } from '../../components/facts'
import { counted } from '../../lib/format'
import { COMPONENTS } from '../../lib/words'
import type { Component } from '../../../shared/components'
import type { Plan } from '../../../shared/plan'

/** The components with their sizes; ticking one makes the plan anew. */
export function Carried({ plan }: { readonly plan: Plan }) {
  const isFixed = plan.kind === 'return'
  const toggle = (component: Component, isChosen: boolean) => {
    const others = plan.options.components.filter(one => one !== component)
    void replan({ components: isChosen ? [...others, component] : others })
  }
  return (
    <ul className="carried" aria-label="Components">
      {plan.carried.map(({ component, size, isChosen, what }) => (
        <li key={component}>
          <Checkbox isSelected={isChosen} isDisabled={isFixed} onChange={wish => toggle(component, wish)}>
            <span className="carried-name">{COMPONENTS[component]}</span>
            <span className="carried-what soft">{what}</span>
          </Checkbox>
          <span className="carried-size soft">{size.files > 0 && counted(size.files, 'file')}</span>
          <span className="carried-size">
            {size.files === 0 && size.bytes === 0 ? <span className="faint">—</span> : <Bytes count={size.bytes} />}
          </span>
        </li>
      ))}
    </ul>
  )
}
