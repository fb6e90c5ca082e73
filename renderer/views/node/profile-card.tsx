import { Age, Bytes, Fact } from '../../components/facts'
import { count, counted, span } from '../../lib/format'
import { COMPONENTS } from '../../lib/words'
import type { Component } from '../../../shared/components'
import type { Known, ProfileFacts, ServiceFacts } from '../../../shared/survey'
import { Facts, Line, Panel, partId } from './panel'

const ERAS = { files: 'JSON files', sqlite: 'SQLite', mixed: 'files and SQLite', empty: 'nothing yet' } as const

const HEALTH = { live: 'Live', failing: 'Failing', down: 'Down', unknown: 'Unknown' } as const

interface Props {
  readonly profile: ProfileFacts
  /** When sizes were measured, if earlier than everything else. */
  readonly sizesAt?: string | undefined
}

/** One OpenClaw profile: gateway, services, and everything that can be carried. */
export function ProfileCard({ profile, sizesAt }: Props) {
  const { name, stateDir, era, config, services } = profile
  return (
    <>
      <Panel title={name === 'default' ? 'OpenClaw' : `OpenClaw, profile ${name}`}>
        <Facts>
          <Gateway profile={profile} />
          {services.map(service => (
            <Service key={service.name} service={service} />
          ))}
          <Line name="Configuration">
            <Fact fact={config}>{({ isValid, problem }) => (isValid ? 'Valid' : (problem ?? 'Broken'))}</Fact>
          </Line>
          <Line name="State">
            <code>{stateDir}</code> <span className="faint">{ERAS[era]}</span>
          </Line>
          <Line name="Plugins and skills">
            <Fact fact={profile.plugins}>{count}</Fact> plugins, <Fact fact={profile.skills}>{count}</Fact> skills
          </Line>
        </Facts>
      </Panel>
      <SetUp profile={profile} />
      <Sizes profile={profile} sizesAt={sizesAt} />
    </>
  )
}

function Gateway({ profile }: { readonly profile: ProfileFacts }) {
  const { health, port, pid, uptimeMs, foreignListener } = profile.gateway
  return (
    <Line name="Gateway">
      <span className={`state-word ${health === 'live' ? 'fine' : health === 'failing' ? 'critical' : ''}`}>
        {HEALTH[health]}
      </span>
      {port !== null && ` on port ${port}`}
      {pid !== null && <span className="faint"> pid {pid}</span>}
      {uptimeMs !== null && <span className="faint"> up {span(uptimeMs)}</span>}
      {foreignListener !== null && <span className="block">The port is held by {foreignListener}</span>}
    </Line>
  )
}

function Service({ service }: { readonly service: ServiceFacts }) {
  const { name, scope, activeState, isEnabled, stopLimitMs } = service
  return (
    <Line name="Service">
      <code>{name}</code>{' '}
      <span className="soft">
        {scope}, <Fact fact={activeState}>{word => word}</Fact>,{' '}
        <Fact fact={isEnabled}>{isOn => (isOn ? 'enabled' : 'not enabled')}</Fact>
        {stopLimitMs !== null && `, may take ${span(stopLimitMs)} to stop`}
      </span>
    </Line>
  )
}

function SetUp({ profile }: { readonly profile: ProfileFacts }) {
  const { agents, cron, channels, credentials, environmentNames, workspaces, agentDirs } = profile
  return (
    <Panel title="Set-up" id={partId('set-up', profile.name)}>
      <List title="Agents" fact={agents}>
        {({ id, workspace, sessions }) => (
          <li key={id}>
            <span className="grow clip">{id}</span>
            {workspace !== null && (
              <code className="soft clip" title={workspace}>
                {workspace}
              </code>
            )}
            <span className="soft">{sessions === null ? 'sessions unknown' : counted(sessions, 'session')}</span>
          </li>
        )}
      </List>
      <List title="Cron jobs" fact={cron}>
        {({ id, name, isEnabled, isSystem }) => (
          <li key={id}>
            <span className="grow clip">{name}</span>
            {isSystem && <span className="chip">OpenClaw’s own</span>}
            {!isEnabled && <span className="chip attention">Off</span>}
          </li>
        )}
      </List>
      <List title="Channels" fact={channels}>
        {({ kind, account, isEnabled, botId }) => (
          <li key={kind + account}>
            <span className="grow clip">
              {kind} <span className="soft">{account}</span>
            </span>
            {botId !== null && <span className="soft">bot {botId}</span>}
            {!isEnabled && <span className="chip attention">Off</span>}
          </li>
        )}
      </List>
      <List title="Credentials present" fact={credentials}>
        {({ kind, name, where }) => (
          <li key={kind + name}>
            <span className="grow clip">{name}</span>
            <span className="soft">
              {kind} in {where}
            </span>
          </li>
        )}
      </List>
      <List title="Environment values" fact={environmentNames}>
        {name => (
          <li key={name}>
            <code>{name}</code>
          </li>
        )}
      </List>
      <List title="Workspaces" fact={{ state: 'known', value: workspaces }}>
        {({ agent, path, isOutside, exists, size }) => (
          <li key={agent + path}>
            <code className="grow clip" title={path}>
              {path}
            </code>
            {isOutside && <span className="chip">Outside the state folder</span>}
            {exists ? <Bytes count={size.bytes} /> : <span className="chip attention">Missing</span>}
          </li>
        )}
      </List>
      {agentDirs.some(({ isOutside }) => isOutside) && (
        <List
          title="What agents keep elsewhere"
          fact={{ state: 'known', value: agentDirs.filter(one => one.isOutside) }}
        >
          {({ agent, path, exists, refusal, size }) => (
            <li key={agent + path}>
              <span>{agent}</span>
              <code className="grow clip" title={path}>
                {path}
              </code>
              {refusal !== null && (
                <span className="chip attention" title={refusal}>
                  Not in backups
                </span>
              )}
              {exists ? <Bytes count={size.bytes} /> : <span className="chip attention">Missing</span>}
            </li>
          )}
        </List>
      )}
    </Panel>
  )
}

interface ListProps<T> {
  readonly title: string
  readonly fact: Known<readonly T[]>
  readonly children: (item: T) => React.ReactNode
}

function List<T>({ title, fact, children }: ListProps<T>) {
  return (
    <div className="list-block">
      <h3 className="row">
        {title} <span className="faint">{fact.state === 'known' ? fact.value.length : ''}</span>
      </h3>
      {fact.state === 'unknown' && (
        <p className="selectable">
          <span className="unknown">unknown</span> <span className="soft">{fact.why}</span>
        </p>
      )}
      {fact.state === 'known' && fact.value.length > 0 && <ul className="lines compact">{fact.value.map(children)}</ul>}
    </div>
  )
}

function Sizes({ profile, sizesAt }: Props) {
  const { sizes, leftOut } = profile
  return (
    <Panel title="Size by component" id={partId('sizes', profile.name)}>
      <Fact fact={sizes}>
        {known => (
          <ul className="lines compact">
            {(Object.keys(COMPONENTS) as Component[]).map(component => {
              const size = known[component]
              return (
                <li key={component}>
                  <span className="grow">{COMPONENTS[component]}</span>
                  {size === undefined ? (
                    <span className="faint">none</span>
                  ) : (
                    <>
                      <span className="soft">{counted(size.files, 'file')}</span>
                      <span className="carried-size">
                        <Bytes count={size.bytes} />
                      </span>
                    </>
                  )}
                </li>
              )
            })}
          </ul>
        )}
      </Fact>
      {sizesAt !== undefined && (
        <p className="faint small-text">
          Measured <Age at={sizesAt} />.
        </p>
      )}
      {leftOut.length > 0 && (
        <p className="soft small-text">
          Never carried: {leftOut.map(({ path }) => path).join(', ')} (
          <Bytes count={leftOut.reduce((sum, { bytes }) => sum + bytes, 0)} />)
        </p>
      )}
    </Panel>
  )
}
