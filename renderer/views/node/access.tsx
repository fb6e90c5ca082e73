import { exactClock, exactTime, span } from '../../lib/format'
import { Age } from '../../components/facts'
import { Button } from '../../components/controls'
import { Copyable } from '../../components/copyable'
import { attempt } from '../../actions'
import { useApp } from '../../store/app'
import type { NodeView } from '../../../shared/contract'
import type { SecretKind } from '../../../shared/node'
import { Facts, Line, Panel } from './panel'

const SECRETS: Readonly<Record<SecretKind, string>> = {
  password: 'Password',
  passphrase: 'Passphrase',
  sudo: 'Sudo password',
}

/** How OCM gets in, what it keeps, and when it last used it. */
export function Access({ view }: { readonly view: NodeView }) {
  const { record, hostKey, secrets, lastSecretUse } = view
  const { host, port, user, auth } = record
  const hasKeychain = useApp(app => app.info?.keychain.state === 'ok')
  return (
    <Panel title="Access">
      <Facts>
        <Line name="Address">
          <code>
            {user}@{host}:{port}
          </code>
        </Line>
        <Line name="Login">
          {auth.method === 'password' && 'Password'}
          {auth.method === 'agent' && 'ssh-agent'}
          {auth.method === 'key' && (
            <>
              Key <code>{auth.keyPath}</code>
            </>
          )}
        </Line>
        <Line name="Host key">
          {hostKey === null ? (
            <span className="unknown">not seen yet</span>
          ) : (
            <>
              {hostKey.type}
              <Copyable text={hostKey.fingerprint} what="fingerprint" />
              {hostKey.firstSeenAt !== undefined && (
                <span className="faint">
                  {' '}
                  trusted <Age at={hostKey.firstSeenAt} />
                </span>
              )}
            </>
          )}
        </Line>
        {secrets.map(kind => (
          <Line key={kind} name={SECRETS[kind]}>
            <span className="row">
              <span className="grow">{hasKeychain ? 'In the keychain' : 'Until OCM ends'}</span>
              <Button
                size="small"
                look="quiet"
                aria-label={`Forget ${SECRETS[kind].toLowerCase()} of ${record.label}`}
                onPress={() => void attempt('nodes.clearSecret', { nodeId: record.id, kind })}
              >
                Forget
              </Button>
            </span>
          </Line>
        ))}
      </Facts>
      {lastSecretUse !== null && (
        <p className="soft small-text" title={exactTime(lastSecretUse.at)}>
          Secret held for {span(lastSecretUse.heldMs)} at {exactClock(lastSecretUse.at)}
        </p>
      )}
    </Panel>
  )
}
