import ssh2, { type AnyAuthMethod, type AuthenticationType } from 'ssh2'
import { AppError } from '../../shared/errors'
import type { NodeRecord } from '../../shared/node'
import type { Secrets } from '../secrets/secrets'
import { readPrivateKey } from './private-key'

/** Hands one way to log in to ssh2, which has written it out when this returns. */
export type Hand = (method: AnyAuthMethod) => void

/** Answers each question of the server "how do you log in?"; rejects when there is no (further) way. */
export type Login = (offered: readonly AuthenticationType[] | null, isPartial: boolean, hand: Hand) => Promise<void>

/** What logging in needs. `agentPath` is for tests; default is the user's ssh-agent. */
export interface LoginOptions {
  readonly node: NodeRecord
  readonly secrets: Pick<Secrets, 'withCredential'>
  readonly agentPath?: string | undefined
  /** Told when something goes wrong inside a prompt, where nothing can be thrown. */
  readonly onFailure: (error: unknown) => void
}

/** The login that the node's record asks for, and no other. */
export function createLogin(options: LoginOptions): Login {
  switch (options.node.auth.method) {
    case 'password':
      return passwordLogin(options)
    case 'key':
      return once(keyMethod(options, options.node.auth.keyPath), 'The server refused the key.', KEY_HINT)
    case 'agent':
      return once(agentMethod(options), 'The server refused the keys of the ssh-agent.', KEY_HINT)
  }
}

const KEY_HINT = 'Check the user name, and that the public key stands in ~/.ssh/authorized_keys on the node.'
const PASSWORD_HINT = 'Check the user name and enter the password again. OCM keeps the stored one until you replace it.'

/** One attempt: a second question means that the first was refused. */
function once(prepare: () => Promise<AnyAuthMethod>, refusal: string, hint: string): Login {
  let isTried = false
  return async (_offered, isPartial, hand) => {
    if (isPartial) throw secondFactor()
    if (isTried) throw refused(refusal, hint)
    isTried = true
    hand(await prepare())
  }
}

function keyMethod({ node, secrets }: LoginOptions, keyPath: string): () => Promise<AnyAuthMethod> {
  return async () => ({
    type: 'publickey',
    username: node.user,
    key: await readPrivateKey(keyPath, use => secrets.withCredential(node.id, 'passphrase', use)),
  })
}

function agentMethod({ node, agentPath }: LoginOptions): () => Promise<AnyAuthMethod> {
  return async () => {
    const path = agentPath ?? defaultAgentPath()
    if (!path) throw agentUnavailable('No ssh-agent runs for this session.', undefined)
    const agent = ssh2.createAgent(path)
    const keys = await new Promise<number>((resolve, reject) =>
      agent.getIdentities((error, found) => (error ? reject(error) : resolve(found?.length ?? 0))),
    ).catch((cause: unknown) => {
      throw agentUnavailable('The ssh-agent does not answer.', cause)
    })
    if (keys === 0) throw agentUnavailable('The ssh-agent holds no keys.', undefined)
    return { type: 'agent', username: node.user, agent }
  }
}

function defaultAgentPath(): string | undefined {
  return (
    process.env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? String.raw`\\.\pipe\openssh-ssh-agent` : undefined)
  )
}

/**
 * `none` first, to learn what the server takes; then keyboard-interactive, then password. The secret goes out once:
 * a server that refused it in one form is not asked in the other, since each refusal counts against this address.
 */
function passwordLogin({ node, secrets, onFailure }: LoginOptions): Login {
  const tried = new Set<AuthenticationType>()
  let isSent = false
  let asksForMore = false
  const method = { username: node.user }

  const prompt = (prompts: readonly { echo?: boolean }[], finish: (answers: string[]) => void): void => {
    const isPasswordPrompt = prompts.length === 1 && prompts[0]?.echo !== true && !isSent
    if (!isPasswordPrompt) {
      asksForMore = true
      finish(prompts.map(() => ''))
      return
    }
    isSent = true
    secrets
      .withCredential(node.id, 'password', secret => {
        finish([secret.toString('utf8')])
        return Promise.resolve()
      })
      .catch(onFailure)
  }

  return async (offered, isPartial, hand) => {
    if (isPartial) throw secondFactor()
    if (offered === null) {
      hand({ ...method, type: 'none' })
      return
    }
    if (isSent && asksForMore) throw secondFactor()
    if (isSent) throw refused('The server refused the password.', PASSWORD_HINT)
    if (offered.includes('keyboard-interactive') && !tried.has('keyboard-interactive')) {
      tried.add('keyboard-interactive')
      hand({
        ...method,
        type: 'keyboard-interactive',
        prompt: (_n, _i, _l, asked, finish) => prompt(asked, finish),
      })
      return
    }
    if (!offered.includes('password')) {
      if (asksForMore) throw secondFactor()
      const others = offered.length === 0 ? 'nothing' : offered.join(', ')
      throw refused(
        `The server does not take passwords (it takes: ${others}).`,
        'Use a key or the ssh-agent for this node.',
      )
    }
    isSent = true
    await secrets.withCredential(node.id, 'password', secret => {
      // ssh2 takes a Buffer here too, and has copied it into its packet when `hand` returns; its types know strings only.
      hand({ ...method, type: 'password', password: secret as unknown as string })
      return Promise.resolve()
    })
  }
}

function refused(message: string, hint: string): AppError {
  return new AppError('credential-refused', message, { hint })
}

function secondFactor(): AppError {
  return refused('The server asks for a second factor.', 'OCM cannot answer one. Allow a key alone for this user.')
}

function agentUnavailable(message: string, cause: unknown): AppError {
  return new AppError('agent-unavailable', message, {
    hint: 'Start the ssh-agent and add the key with ssh-add, or choose another way to log in.',
    cause,
  })
}
