import { now } from './lifetime'
import { display } from './paths'
import { at, textOf } from './values-of'

/** How a bot is reached. */
export interface BotCall {
  readonly root: URL
  /** Secret: it goes into the request and nowhere else. */
  readonly token: string
  /** No call lasts longer ({@link now}). */
  readonly endsAtMs: number
  readonly signal: AbortSignal
}

/** What came back. `text` is for people; the token is in none of it, whatever the server said. */
export interface BotAnswer {
  readonly status: number | null
  readonly isOk: boolean
  readonly text: string
  readonly username: string | null
  /** Seconds to wait, when the server asks for that. */
  readonly retryAfterS: number | null
}

const CALL_LIMIT_MS = 20_000
const MAX_BODY_BYTES = 64 * 1024
const MAX_TEXT = 200

/** One call of the Bot API. Redirections are not followed: they would carry the token elsewhere. Never rejects. */
export async function callBot(bot: BotCall, method: string, parameters: object): Promise<BotAnswer> {
  const reply = await post(bot, method, JSON.stringify(parameters))
  if ('failure' in reply) return answerOf(bot, { status: null, isOk: false, text: `No answer: ${reply.failure}` })
  const body = parsed(reply.body)
  const isOk = reply.status === 200 && at(body, 'ok') === true
  const said = textOf(at(body, 'description'))
  const text = isOk ? 'Done.' : (said ?? `An answer that is not the Bot API’s (status ${reply.status}).`)
  const retryAfter = at(body, 'parameters', 'retry_after')
  return {
    ...answerOf(bot, { status: reply.status, isOk, text }),
    username: isOk ? cleaned(bot, textOf(at(body, 'result', 'username')) ?? '') || null : null,
    retryAfterS: typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter : null,
  }
}

function answerOf(bot: BotCall, said: Pick<BotAnswer, 'status' | 'isOk' | 'text'>): BotAnswer {
  return { ...said, text: cleaned(bot, said.text), username: null, retryAfterS: null }
}

/** A server may repeat what it was sent: neither the token nor its secret half passes. */
function cleaned({ token }: BotCall, text: string): string {
  const secret = token.slice(token.indexOf(':') + 1)
  return display(text.replaceAll(token, '•••').replaceAll(secret, '•••')).slice(0, MAX_TEXT)
}

type Reply = { readonly status: number; readonly body: string } | { readonly failure: string }

async function post({ root, token, endsAtMs, signal }: BotCall, method: string, content: string): Promise<Reply> {
  // Loaded only here: every other request would pay for it as well.
  const send = root.protocol === 'https:' ? (await import('node:https')).request : (await import('node:http')).request
  const limitMs = Math.min(CALL_LIMIT_MS, endsAtMs - now())
  if (limitMs <= 0) return { failure: 'the time was up' }
  const path = `${root.pathname.replace(/\/+$/, '')}/bot${token}/${method}`
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }
  return new Promise(resolve => {
    const target = { protocol: root.protocol, hostname: root.hostname.replace(/^\[|\]$/g, ''), port: root.port, path }
    const request = send({ ...target, method: 'POST', headers, agent: false, signal }, response => {
      const parts: Buffer[] = []
      let bytes = 0
      response.on('data', (part: Buffer) => {
        bytes += part.length
        if (bytes <= MAX_BODY_BYTES) parts.push(part)
        else response.destroy()
      })
      response.on('error', () => undefined) // `close` follows.
      response.on('close', () =>
        resolve(
          response.complete || bytes > MAX_BODY_BYTES
            ? { status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }
            : { failure: 'it broke off' },
        ),
      )
    })
    let failure = 'the connection ended'
    const timer = setTimeout(() => {
      failure = 'it took too long'
      request.destroy()
    }, limitMs)
    // Only the kind of failure is told: messages of the system may repeat what was asked.
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== undefined && failure !== 'it took too long') failure = error.code
    })
    request.on('close', () => {
      clearTimeout(timer)
      resolve({ failure }) // Settled already when something answered.
    })
    request.end(content)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // Not the Bot API, or cut off.
  }
}
