import { RadioGroup } from 'react-aria-components'
import { replan } from '../../actions'
import { Option } from '../../components/controls'
import { useApp } from '../../store/app'
import type { Plan } from '../../../shared/plan'

/** Which profile of the source is meant, where it has more than the one planned. */
export function ProfileChoice({ plan }: { readonly plan: Plan }) {
  const profiles = useApp(app => (plan.source === null ? undefined : app.nodes[plan.source]?.survey?.profiles))
  const { profile } = plan.options
  const isChoice = plan.kind === 'backup' || plan.kind === 'migrate'
  if (!isChoice || profiles === undefined || profiles.every(({ name }) => name === profile)) return null
  return (
    <div className="setting">
      <span aria-hidden="true">Profile</span>
      <RadioGroup
        aria-label="Profile"
        className="segments"
        orientation="horizontal"
        value={profile}
        onChange={wish => void replan({ profile: wish })}
      >
        {profiles.map(({ name }) => (
          <Option key={name} value={name} className="segment">
            {name}
          </Option>
        ))}
      </RadioGroup>
    </div>
  )
}
