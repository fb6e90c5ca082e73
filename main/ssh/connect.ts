import type { Socket } from 'node:net'
import ssh2, { type NegotiatedAlgorithms, type ServerHostKeyAlgorithm } from 'ssh2'
import { AppError } from '../../shared/errors'
import type { NodeRecord } from '../../shared/node'
import { SECOND } from '../../shared/units'
import type { Secrets } from '../secrets/secrets'
import { createConnection, type SshConnection } from './connection'
import { HostKeyError, hostKeyOf, type HostKeys } from './host-keys'
import { createLogin } from './login'
import { gatherWrites, prepareKeys } from './quicken'
import { aborted, openSocket, resolveName } from './socket'

/** Stages of connecting, told as each is reached. */
export type Reached = (stage: 'name' | 'port' | 'host-key' | 'login', text: string) => void

/** What connecting needs. */
export interface ConnectOptions {
  readonly node: NodeRecord
  readonly hostKeys: HostKeys
  readonly secrets: Pick<Secrets, 'withCredential'>
  readonly signal: AbortSignal
  readonly onReached?: Reached | undefined
  /** For tests: another agent than the user's, and shorter limits in ms. */
  readonly agentPath?: string | undefined
  readonly limits?: Partial<Limits> | undefined
}

/** How long the server may take, in ms: for the port to answer, for greeting, key exchange and host key, for the login, and for each command to start. */
export interface Limits {
  readonly portMs: number
  readonly handshakeMs: number
  readonly loginMs: number
  readonly openMs: number
}

const LIMITS: Limits = { portMs: 10 * SECOND, handshakeMs: 15 * SECOND, loginMs: 30 * SECOND, openMs: 20 * SECOND }

/** AES-GCM first: fastest everywhere. chacha20-poly1305 is left out: ssh2's native form fails on Node 24. */
const CIPHERS = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes256-ctr', 'aes192-ctr', 'aes128-ctr'] as const

const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

/**
 * Connects and logs in. The host key is judged before any byte of authentication leaves; a key that is not trusted ends it.
 *
 * @throws AppError `name-unknown`, `connection-refused`, `timeout`, `handshake-failed`, `host-key-unknown` and
 * `host-key-changed` (both {@link HostKeyError}), `credential-missing`, `credential-refused`, `key-unreadable`,
 * `agent-unavailable`, `keychain-unavailable`, `connection-lost`, `aborted`.
 */
export async function connect(options: ConnectOptions): Promise<SshConnection> {
  const { node, signal, onReached } = options
  const limits = { ...LIMITS, ...options.limits }
  const address = await resolveName(node.host, signal)
  onReached?.('name', address === node.host ? `${address} is an address.` : `${node.host} is ${address}.`)
  // By name again: with several addresses Node tries them side by side (RFC 8305).
  const socket = await openSocket({ host: node.host, port: node.port, limitMs: limits.portMs }, signal)
  onReached?.('port', `Port ${node.port} answers.`)
  return logIn(socket, options)
}

function logIn(socket: Socket, options: ConnectOptions): Promise<SshConnection> {
  const { node, hostKeys, signal, onReached } = options
  const limits = { ...LIMITS, ...options.limits }
  const client = new ssh2.Client()
  const done = Promise.withResolvers<SshConnection>()
  let phase: 'handshake' | 'login' = 'handshake'
  let cipher = 'unknown'

  const fail = (error: AppError): void => {
    done.reject(error) // only the first counts
    client.destroy()
    socket.destroy()
  }
  const limit = (ms: number, message: string): NodeJS.Timeout =>
    setTimeout(
      () =>
        fail(
          new AppError('timeout', message, { hint: 'Try again; if it stays so, look at the SSH server of the node.' }),
        ),
      ms,
    )
  let timer = limit(limits.handshakeMs, 'The port answers, but no SSH greeting comes to an end.')
  const onAbort = (): void => fail(aborted(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()

  gatherWrites(socket)
  const login = createLogin({ ...options, onFailure: error => fail(asAppError(error)) })
  client
    .on('handshake', (negotiated: NegotiatedAlgorithms) => {
      prepareKeys(client)
      if (phase !== 'handshake') return // new keys for a connection that is long in use
      clearTimeout(timer)
      phase = 'login'
      cipher = negotiated.cs.cipher
      timer = limit(limits.loginMs, 'The server does not finish the login.')
      onReached?.('host-key', `The host key is the trusted one (${hostKeys.get(node.id)?.fingerprint ?? ''}).`)
    })
    .on('ready', () => {
      onReached?.('login', `Logged in as ${node.user}.`)
      done.resolve(createConnection(client, cipher, limits.openMs))
    })
    .on('error', error => fail(phase === 'handshake' ? handshakeFailed(error) : loginFailed(error)))
    .on('close', () => fail(phase === 'handshake' ? handshakeFailed(undefined) : loginFailed(undefined)))
  client.connect({
    sock: socket,
    username: node.user,
    readyTimeout: 0, // the limits above end it, phase by phase
    keepaliveInterval: 15 * SECOND,
    keepaliveCountMax: 3,
    algorithms: {
      cipher: [...CIPHERS],
      serverHostKey: hostKeyAlgorithms(hostKeys.get(node.id)?.type),
      compress: ['none'],
    },
    hostVerifier: (blob: Buffer) => {
      const verdict = hostKeys.judge(node.id, hostKeyOf(blob))
      if (verdict.state === 'unknown') fail(new HostKeyError('host-key-unknown', verdict.offered, null))
      if (verdict.state === 'changed') fail(new HostKeyError('host-key-changed', verdict.offered, verdict.known))
      return verdict.state === 'trusted'
    },
    authHandler: (offered, isPartial, hand) => {
      login(offered, isPartial, hand).catch((error: unknown) => fail(asAppError(error)))
    },
  })

  return done.promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  })
}

/** The known type first, or a server with several keys could show another one than the trusted. */
function hostKeyAlgorithms(type: string | undefined): ServerHostKeyAlgorithm[] {
  const isKnown = (name: string): boolean => name === type || (type === 'ssh-rsa' && name.startsWith('rsa-sha2'))
  return [...HOST_KEY_ALGORITHMS].sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)))
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('internal', 'The login failed inside OCM.', { cause: error })
}

function handshakeFailed(cause: Error | undefined): AppError {
  const hasNothingInCommon = cause?.message.includes('no matching') === true
  return new AppError(
    'handshake-failed',
    hasNothingInCommon
      ? 'OCM and the SSH server have no method of encryption in common.'
      : 'The port answers, but the SSH handshake fails.',
    {
      hint: hasNothingInCommon
        ? 'The SSH server is very old or very strict: update it, or allow curve25519-sha256 and aes256-gcm@openssh.com.'
        : 'Check that this port is an SSH server. A server may also turn away an address for a while after failed logins.',
      cause,
    },
  )
}

function loginFailed(cause: Error | undefined): AppError {
  if (cause && /authentication/i.test(cause.message)) {
    return new AppError('credential-refused', 'The server ended the login.', {
      hint: 'An ssh-agent with many keys can use up all attempts: choose a key file for this node.',
      cause,
    })
  }
  return new AppError('connection-lost', 'The server hung up during the login.', {
    hint: 'It may be restarting, or turn this user away (see its log).',
    cause,
  })
}
