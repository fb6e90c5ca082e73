import { RadioGroup } from 'react-aria-components'
import { replan } from '../../actions'
import { Option } from '../../components/controls'
import { counted } from '../../lib/format'
import { valueOf } from '../../lib/known'
import { labelOf } from '../../lib/run'
import { useApp, type AppState } from '../../store/app'
import type { Plan } from '../../../shared/plan'
import type { ProfileFacts } from '../../../shared/survey'

/** Which profile is meant: of the source, or, for a restore, which one on the target takes the backup. */
export function ProfileChoice({ plan }: { readonly plan: Plan }) {
  const nodes = useApp(app => app.nodes)
  const backups = useApp(app => app.backups)
  const options = optionsOf(plan, { nodes, backups })
  const { profile } = plan.options
  if (options.every(({ name }) => name === profile)) return null
  const label = labelOf(nodes, plan.kind === 'restore' ? plan.target : plan.source)
  const title = plan.kind === 'restore' ? `Into which profile of ${label}` : `Which profile of ${label}`
  return (
    <section className="section flat" aria-label="Profile">
      <h2 className="flat-title">{title}</h2>
      {/* What was set or decided belongs to the values of the profile before. */}
      <RadioGroup
        aria-label="Profile"
        className="cards two-cards"
        value={profile}
        onChange={wish => void replan({ profile: wish, set: {}, decisions: {} })}
      >
        {options.map(({ name, says }) => (
          <Option key={name} value={name} className="option-card">
            <span className="option-dot" />
            <span>
              <span className="title">{name}</span>
              <span className="soft block">{says}</span>
            </span>
          </Option>
        ))}
      </RadioGroup>
    </section>
  )
}

interface ProfileOption {
  readonly name: string
  readonly says: string
}

/** The profiles to choose from, each with what tells it from the others. A return has no choice, as it undoes a run; a deletion has its own. */
function optionsOf(plan: Plan, { nodes, backups }: Pick<AppState, 'nodes' | 'backups'>): readonly ProfileOption[] {
  const on = (id: string | null) => (id === null ? [] : (nodes[id]?.survey?.profiles ?? []))
  const target = labelOf(nodes, plan.target)
  switch (plan.kind) {
    case 'backup':
      return on(plan.source).map(profile => ({ name: profile.name, says: describe(profile) }))
    case 'migrate': {
      const there = new Set(on(plan.target).map(({ name }) => name))
      return on(plan.source).map(profile => {
        const becomes = there.has(profile.name) ? `replaces the one on ${target}` : `made anew on ${target}`
        return { name: profile.name, says: `${describe(profile)}; ${becomes}` }
      })
    }
    case 'restore': {
      const there = on(plan.target).map(profile => ({
        name: profile.name,
        says: `Is replaced: ${describe(profile).toLowerCase()}`,
      }))
      const own = backups.find(({ id }) => id === plan.snapshot)?.profile
      const isNew = own !== undefined && there.every(({ name }) => name !== own)
      return isNew ? [{ name: own, says: `The backup’s own profile, made anew on ${target}` }, ...there] : there
    }
    // Deletions and clean-ups ask on sheets of their own.
    case 'return':
    case 'delete':
    case 'quarantine':
    case 'release':
    case 'clean':
      return []
  }
}

function describe({ agents, gateway }: ProfileFacts): string {
  const count = valueOf(agents)?.length
  return [
    count === undefined ? 'Agents unknown' : counted(count, 'agent'),
    gateway.port === null ? 'no port' : `port ${gateway.port}`,
  ].join(', ')
}
