/**
 * A stand-in for Telegram's Bot API server, as documented at https://core.telegram.org/bots/api: enough for a gateway to log in,
 * poll and send. It remembers who polled with which token, so that a test can prove which machine serves a bot.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** One `getUpdates` as it arrived. */
export interface Poll {
  readonly at: number
  /** IP address of the machine that asked. */
  readonly from: string
  /** Another poll with this token was open at that moment: the older one was ended with 409, as Telegram does. */
  readonly conflict: boolean
}

/** One call of any other method. */
export interface Call {
  readonly at: number
  readonly from: string
  readonly method: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** What the server says instead of its usual answer: one of its documented refusals, nothing at all, or no JSON. */
export type Trouble =
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'cut' }
  /** Whatever text; `{token}` stands for the bot's token, `{secret}` for its secret half. */
  | { readonly kind: 'text'; readonly status: number; readonly text: string }

interface Bot {
  readonly troubles: { readonly method: string; readonly trouble: Trouble }[]
  isRevoked: boolean
  readonly polls: Poll[]
  readonly calls: Call[]
  readonly updates: { readonly update_id: number }[]
  webhook: string
  waiting: { readonly end: (status: number, body: unknown) => void } | undefined
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const SECOND = 1000
const CONFLICT = 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'

/** What a test asks of the stand-in. */
export interface BotApi extends AsyncDisposable {
  readonly port: number
  polls(token: string): readonly Poll[]
  calls(token: string): readonly Call[]
  /** Puts a private text message into the bot's queue; the next poll receives it. */
  deliver(token: string, message: { readonly from: number; readonly text: string }): void
  /** How many updates wait for the bot. */
  pending(token: string): number
  /** As after `/revoke`: every call with the token is answered with 401. */
  revoke(token: string): void
  /** The next call of the method meets this; several are met one after the other. */
  trouble(token: string, method: string, trouble: Trouble): void
}

/** Starts the server on one address; pass a port of 0 for any free one. */
export async function startBotApi(address: string, port: number): Promise<BotApi> {
  const bots = new Map<string, Bot>()
  const botOf = (token: string): Bot => {
    const known = bots.get(token)
    if (known) return known
    const fresh: Bot = {
      ...{ troubles: [], isRevoked: false, polls: [], calls: [], updates: [] },
      ...{ webhook: '', waiting: undefined },
    }
    bots.set(token, fresh)
    return fresh
  }
  const server = createServer((request, response) => {
    serve(request, response, botOf).catch((error: unknown) => {
      send(response, 500, { ok: false, error_code: 500, description: String(error) })
    })
  })
  await listen(server, address, port)
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    polls: token => [...botOf(token).polls],
    calls: token => [...botOf(token).calls],
    deliver: (token, message) => deliver(botOf(token), message),
    pending: token => botOf(token).updates.length,
    revoke: token => {
      botOf(token).isRevoked = true
    },
    trouble: (token, method, trouble) => void botOf(token).troubles.push({ method, trouble }),
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => resolve())
  })
}

async function serve(request: IncomingMessage, response: ServerResponse, botOf: (token: string) => Bot): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://bot-api')
  const [, token, method] = /^\/bot(\d+:[\w-]+)\/(\w+)$/.exec(url.pathname) ?? []
  if (token === undefined || method === undefined) {
    send(response, 404, { ok: false, error_code: 404, description: 'Not Found' })
    return
  }
  const parameters = { ...Object.fromEntries(url.searchParams), ...(await readParameters(request)) }
  const bot = botOf(token)
  const from = (request.socket.remoteAddress ?? '').replace('::ffff:', '')
  if (bot.isRevoked) {
    bot.calls.push({ at: Date.now(), from, method, parameters })
    send(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' })
    return
  }
  const at = bot.troubles.findIndex(expected => expected.method === method)
  const [expected] = at < 0 ? [] : bot.troubles.splice(at, 1)
  if (expected !== undefined) {
    bot.calls.push({ at: Date.now(), from, method, parameters })
    meet(expected.trouble, token, response)
    return
  }
  if (method === 'getUpdates') {
    poll(bot, { from, parameters, response })
    return
  }
  bot.calls.push({ at: Date.now(), from, method, parameters })
  const answer = answerTo(method, { bot, id: Number(token.split(':')[0]), parameters })
  send(response, answer.status, answer.body)
}

function meet(trouble: Trouble, token: string, response: ServerResponse): void {
  switch (trouble.kind) {
    case 'wait': {
      const description = `Too Many Requests: retry after ${trouble.seconds}`
      const parameters = { retry_after: trouble.seconds }
      send(response, 429, { ok: false, error_code: 429, description, parameters })
      return
    }
    case 'conflict':
      send(response, 409, { ok: false, error_code: 409, description: CONFLICT })
      return
    case 'silence':
      return
    case 'cut':
      response.writeHead(200, { 'content-length': 1000 })
      response.write('{"ok":tr')
      setTimeout(() => response.destroy(), 50)
      return
    case 'text':
      response.writeHead(trouble.status, { 'content-type': 'text/plain' })
      response.end(trouble.text.replaceAll('{token}', token).replaceAll('{secret}', token.split(':')[1] ?? ''))
  }
}

/** Parameters come as JSON, as a form or (for uploads) as multipart, whose fields nobody here asks for. */
async function readParameters(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('application/json') && text !== '') return JSON.parse(text) as Record<string, unknown>
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  return {}
}

interface PollRequest {
  readonly from: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly response: ServerResponse
}

function poll(bot: Bot, { from, parameters, response }: PollRequest): void {
  if (bot.webhook !== '') {
    const description =
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    send(response, 409, { ok: false, error_code: 409, description })
    return
  }
  bot.polls.push({ at: Date.now(), from, conflict: bot.waiting !== undefined })
  bot.waiting?.end(409, { ok: false, error_code: 409, description: CONFLICT })
  const offset = Number(parameters['offset'] ?? 0)
  while (bot.updates[0] && bot.updates[0].update_id < offset) bot.updates.shift()
  const timeoutMs = Number(parameters['timeout'] ?? 0) * SECOND
  if (bot.updates.length > 0 || timeoutMs === 0) {
    send(response, 200, { ok: true, result: bot.updates })
    return
  }
  const timer = setTimeout(() => waiting.end(200, { ok: true, result: [] }), timeoutMs)
  const release = (): void => {
    clearTimeout(timer)
    if (bot.waiting === waiting) bot.waiting = undefined
  }
  const waiting = {
    end: (status: number, body: unknown): void => {
      release()
      send(response, status, body)
    },
  }
  bot.waiting = waiting
  response.on('close', release)
}

let lastUpdate = 1000
function deliver(bot: Bot, { from, text }: { readonly from: number; readonly text: string }): void {
  const chat = { id: from, type: 'private', first_name: 'Ada' }
  const message = { message_id: ++lastUpdate, date: Math.floor(Date.now() / SECOND), chat, text }
  const update = {
    update_id: ++lastUpdate,
    message: { ...message, from: { id: from, is_bot: false, first_name: 'Ada' } },
  }
  bot.updates.push(update)
  bot.waiting?.end(200, { ok: true, result: [...bot.updates] })
}

interface Question {
  readonly bot: Bot
  readonly id: number
  readonly parameters: Readonly<Record<string, unknown>>
}

function answerTo(method: string, { bot, id, parameters }: Question): Answer {
  const ok = (result: unknown): Answer => ({ status: 200, body: { ok: true, result } })
  switch (method) {
    case 'getMe':
      return ok({
        ...profile(id),
        can_join_groups: true,
        can_read_all_group_messages: false,
        supports_inline_queries: false,
      })
    case 'setWebhook':
      bot.webhook = text(parameters['url'])
      return ok(true)
    case 'deleteWebhook':
      bot.webhook = ''
      if (parameters['drop_pending_updates'] === true) bot.updates.length = 0
      return ok(true)
    case 'getWebhookInfo':
      return ok({ url: bot.webhook, has_custom_certificate: false, pending_update_count: bot.updates.length })
    case 'getMyCommands':
      return ok([])
    case 'sendMessage':
    case 'editMessageText':
      return ok({
        message_id: ++lastUpdate,
        date: Math.floor(Date.now() / SECOND),
        from: profile(id),
        chat: { id: Number(parameters['chat_id']), type: 'private' },
        text: text(parameters['text']),
      })
    default:
      return ok(true)
  }
}

/** A parameter that should be text; anything else counts as absent. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function profile(id: number): Record<string, unknown> {
  return { id, is_bot: true, first_name: `Bot ${id}`, username: `fleet_${id}_bot` }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.writableEnded || response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
