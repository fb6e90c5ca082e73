import { AppError } from '../shared/errors'
import type { Result } from '../shared/protocol'
import { callBot, type BotAnswer, type BotCall } from './bot-call'
import type { Handler } from './handler'
import { now } from './lifetime'
import { findProfile } from './survey'
import { telegramAccess } from './survey/channels'

type Release = Result<'releaseBot'>

const CLOUD = 'https://api.telegram.org'
const TOKEN = /^\d{3,20}:[\w-]{10,100}$/
const MAX_TRIES = 5

/**
 * Answers `releaseBot`: lets go of a Telegram bot as far as the Bot API can. This is the one place where this program uses the
 * network: the token stays on the node this way, where the gateway used it the same.
 *
 * `deleteWebhook` with the pending updates leaves nothing that could be delivered to anybody. `close` ends the session that a
 * Bot API server of one's own keeps; Telegram's cloud keeps none for people to close. `logOut` is never called: it only lets a
 * bot move from the cloud to a server of one's own, keeps the token valid, and locks the bot out of the cloud for ten minutes,
 * in which the admin may want to use it elsewhere.
 *
 * @throws AppError `not-found` when there is no such profile or account.
 */
export const handleReleaseBot: Handler<'releaseBot'> = async ({ profile: name, account, limitMs }, { signal }) => {
  const profile = await findProfile(name)
  const access = profile === undefined ? undefined : telegramAccess(profile, account)
  if (access === undefined)
    throw new AppError('not-found', `There is no Telegram account ${account} of profile ${name}.`)
  const problem = problemWith(access.token)
  if (access.token === null || problem !== null) return unanswered(problem ?? '')
  const root = rootOf(access.apiRoot)
  if (root === null) return unanswered('The configuration names a Bot API server that is no web address.')
  const bot: BotCall = { root, token: access.token, endsAtMs: now() + limitMs, signal }
  const { username, isGone, call } = await identify(bot)
  if (isGone) return { username, calls: [call] }
  const calls = [call, rowOf('deleteWebhook', await persistently(bot, 'deleteWebhook', { drop_pending_updates: true }))]
  if (root.origin !== CLOUD && calls.at(-1)?.isOk === true) calls.push(rowOf('close', await persistently(bot, 'close')))
  return { username, calls }
}

interface Identity {
  readonly username: string | null
  /** Telegram does not know the token any more: there is nothing to let go of. */
  readonly isGone: boolean
  readonly call: Release['calls'][number]
}

async function identify(bot: BotCall): Promise<Identity> {
  const answer = await persistently(bot, 'getMe')
  const call = rowOf('getMe', answer)
  if (answer.status !== 401) return { username: answer.username, isGone: false, call }
  const text = 'Telegram does not know this token any more: it was revoked before.'
  return { username: null, isGone: true, call: { ...call, isOk: true, text } }
}

/** Waits as long as Telegram asks, within the limit, and tries again. */
async function persistently(bot: BotCall, method: string, parameters: object = {}): Promise<BotAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await callBot(bot, method, parameters)
    const waitMs = (answer.retryAfterS ?? 0) * 1000
    const canWait = now() + waitMs < bot.endsAtMs && tries < MAX_TRIES
    if (answer.status !== 429 || waitMs === 0 || !canWait) return answer
    await pause(waitMs, bot.signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}

function rowOf(method: string, { status, isOk, text }: BotAnswer): Release['calls'][number] {
  return { method, status, isOk, text }
}

function problemWith(token: string | null): string | null {
  if (token === null) return 'No token can be read on the node: it is absent, or kept by a secret provider.'
  return TOKEN.test(token) ? null : 'What the configuration names as the token is none.'
}

function rootOf(apiRoot: string | null): URL | null {
  try {
    const url = new URL(apiRoot ?? CLOUD)
    return ['http:', 'https:'].includes(url.protocol) ? url : null
  } catch {
    return null // No address at all.
  }
}

function unanswered(text: string): Release {
  return { username: null, calls: [{ method: 'getMe', status: null, isOk: false, text }] }
}
