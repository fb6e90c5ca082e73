import { Checkbox } from '../../components/controls'
import { Section } from '../../components/section'
import { choosableWorkspaces } from '../../lib/deletion'
import { chooseRemoval } from '../../removal'
import type { NodeView } from '../../../shared/contract'
import type { Deletion } from '../../../shared/deletion'
import type { Plan } from '../../../shared/plan'
import { BackupChoice } from './backup-choice'
import { SizeText } from './size-text'
import { When } from './when'

interface ChoicesProps {
  readonly plan: Plan
  readonly deletion: Deletion
  readonly view: NodeView | undefined
}

/** All that can be chosen about a deletion; each choice makes the preview anew. */
export function RemovalChoicesSection({ plan, deletion, view }: ChoicesProps) {
  return (
    <Section title="Choices" isOpen>
      <div className="stack removal-choices">
        <When plan={plan} />
        <BackupChoice deletion={deletion} />
        <Profiles deletion={deletion} view={view} />
        <Workspaces deletion={deletion} />
        <Peers deletion={deletion} />
      </div>
    </Section>
  )
}

/** The list with this entry in or out. */
function toggled(list: readonly string[], entry: string, isIn: boolean): string[] {
  const others = list.filter(one => one !== entry)
  return isIn ? [...others, entry] : others
}

/** Several profiles can share a machine; those not ticked are not touched. */
function Profiles({ deletion, view }: Omit<ChoicesProps, 'plan'>) {
  const names = view?.survey?.profiles.map(({ name }) => name) ?? []
  const all = [...new Set([...names, ...deletion.profiles])]
  if (all.length < 2) return null
  const toggle = (name: string, isIn: boolean) => {
    const profiles = toggled(deletion.profiles, name, isIn)
    void chooseRemoval({ profiles: profiles.length === all.length ? null : profiles })
  }
  return (
    <fieldset className="fieldset">
      <legend>Profiles that go</legend>
      {all.map(name => {
        const isIn = deletion.profiles.includes(name)
        return (
          <Checkbox
            key={name}
            isSelected={isIn}
            isDisabled={isIn && deletion.profiles.length === 1}
            onChange={wish => toggle(name, wish)}
          >
            {name}
          </Checkbox>
        )
      })}
      <p className="soft small-text">
        {deletion.isWhole
          ? 'With all of them gone and proven, OCM’s record of the node goes too.'
          : 'What is not ticked keeps running, and the node stays in OCM.'}
      </p>
    </fieldset>
  )
}

/** Folders of agents outside the state folder are left alone unless they are ticked one by one. */
function Workspaces({ deletion }: { readonly deletion: Deletion }) {
  const workspaces = choosableWorkspaces(deletion)
  if (workspaces.length === 0) return null
  const { options } = deletion
  return (
    <fieldset className="fieldset">
      <legend>Workspaces outside the state folder</legend>
      {workspaces.map(({ id, path, name, size, verdict }) => (
        <Checkbox
          key={id}
          isSelected={verdict === 'goes'}
          onChange={wish => void chooseRemoval({ workspaces: toggled(options.workspaces, path ?? name, wish) })}
        >
          <span>
            Delete <code>{path ?? name}</code>
            {size !== null && (
              <span className="soft">
                {' '}
                · <SizeText size={size} />
              </span>
            )}
          </span>
        </Checkbox>
      ))}
      <p className="soft small-text">They stay unless ticked: they may hold other work.</p>
    </fieldset>
  )
}

/** What other machines keep of this one goes too where it is ticked. */
function Peers({ deletion }: { readonly deletion: Deletion }) {
  const { peers, options } = deletion
  if (peers.length === 0) return null
  return (
    <fieldset className="fieldset">
      <legend>Records of it on other machines</legend>
      {peers.map(({ nodeId, label, profile, deviceId, what }) => (
        <Checkbox
          key={`${nodeId} ${profile} ${deviceId}`}
          isSelected={options.peers.includes(deviceId)}
          onChange={wish => void chooseRemoval({ peers: toggled(options.peers, deviceId, wish) })}
        >
          <span>
            Remove from {label}: {what} <code>{deviceId}</code>
          </span>
        </Checkbox>
      ))}
      <p className="soft small-text">What cannot be removed there is left to you and holds up nothing.</p>
    </fieldset>
  )
}
