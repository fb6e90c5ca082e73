import { afterEach, beforeEach, describe, expect } from 'vitest'
import { handleReleaseBot } from '../../remote/release-bot'
import type { Result } from '../../shared/protocol'
import { startBotApi, type BotApi } from '../fleet/bot-api.ts'
import { test } from '../helpers/posix'
import { RemoteSession } from '../helpers/remote-context'
import { TracedHome } from '../helpers/traced-home'

const SECRET = 'AAsecret-half-of-the-test-token-000'
const TOKEN = `7000000123:${SECRET}`

let machine: TracedHome
let api: BotApi

beforeEach(async () => {
  machine = new TracedHome()
  api = await startBotApi('127.0.0.1', 0)
})
afterEach(async () => {
  await api[Symbol.asyncDispose]()
  machine[Symbol.dispose]()
})

function configure(telegram: object = {}, env: object = {}): void {
  const channel = { apiRoot: `http://127.0.0.1:${api.port}`, botToken: TOKEN, ...telegram }
  machine.write('.openclaw/openclaw.json', JSON.stringify({ channels: { telegram: channel }, env }))
}

async function release(account = 'default', limitMs = 10_000): Promise<Result<'releaseBot'>> {
  using session = new RemoteSession()
  const { result } = await session.ask(handleReleaseBot, { profile: 'default', account, limitMs })
  expect(JSON.stringify(result)).not.toContain(SECRET)
  return result
}

const methods = (token = TOKEN): string[] => api.calls(token).map(({ method }) => method)

test('the webhook and what waits are dropped, and the session on a server of one’s own is closed', async () => {
  configure()
  api.deliver(TOKEN, { from: 1, text: 'hello' })
  const { username, calls } = await release()
  expect(username).toBe('fleet_7000000123_bot')
  expect(calls).toEqual(
    ['getMe', 'deleteWebhook', 'close'].map(method => ({ method, status: 200, isOk: true, text: 'Done.' })),
  )
  expect(api.pending(TOKEN)).toBe(0)
  expect(methods()).toEqual(['getMe', 'deleteWebhook', 'close'])
})

describe('the token', () => {
  test('of a file goes before the configured one, and that before the variable', async () => {
    const inFile = `7000000001:${SECRET}`
    configure({ tokenFile: machine.write('token', `${inFile}\n`) })
    await release()
    expect([methods(inFile).length, methods(TOKEN).length]).toEqual([3, 0])
  })

  test('may stand in .env, in env.vars, or be the variable of the default account', async () => {
    configure({ botToken: '${MY_BOT}' }, { vars: { MY_BOT: TOKEN } })
    expect((await release()).username).not.toBeNull()
    configure({ botToken: undefined })
    machine.write('.openclaw/.env', `TELEGRAM_BOT_TOKEN=${TOKEN}\n`)
    expect((await release()).username).not.toBeNull()
    expect(methods()).toHaveLength(6)
  })

  test('of another account is its own, and never the default’s', async () => {
    const second = `7000000002:${SECRET}`
    machine.write('.openclaw/.env', `TELEGRAM_BOT_TOKEN=${TOKEN}\n`)
    configure({ accounts: { second: { botToken: second }, none: {} } })
    await release('second')
    expect((await release('none')).calls).toMatchObject([{ status: null, isOk: false }])
    expect([methods(second).length, methods(TOKEN).length]).toEqual([3, 0])
    await expect(release('nobody')).rejects.toMatchObject({ code: 'not-found' })
  })

  test.each([['not a token'], [{ source: 'exec', id: 'x' }], [`1/../../x:${SECRET}`]])(
    '%j is no token',
    async botToken => {
      configure({ botToken })
      expect(await release()).toMatchObject({ username: null, calls: [{ method: 'getMe', status: null, isOk: false }] })
    },
  )
})

describe('Telegram says', () => {
  test('401: revoked before, so there is nothing left to let go of', async () => {
    configure()
    api.revoke(TOKEN)
    expect(await release()).toEqual({
      username: null,
      calls: [{ method: 'getMe', status: 401, isOk: true, text: expect.stringMatching(/revoked before/) as string }],
    })
  })

  test('409: told as it is, and nothing is closed after it', async () => {
    configure()
    api.trouble(TOKEN, 'deleteWebhook', { kind: 'conflict' })
    const { calls } = await release()
    expect(calls[1]).toMatchObject({ status: 409, isOk: false, text: expect.stringMatching(/Conflict/) as string })
    expect(methods()).toEqual(['getMe', 'deleteWebhook'])
  })

  test('429: waits as asked and tries again, but never beyond the limit', async () => {
    configure()
    api.trouble(TOKEN, 'deleteWebhook', { kind: 'wait', seconds: 1 })
    api.trouble(TOKEN, 'close', { kind: 'wait', seconds: 600 })
    const { calls } = await release()
    expect(calls.map(({ status, isOk }) => [status, isOk])).toEqual([
      [200, true],
      [200, true],
      [429, false],
    ])
    expect(methods()).toEqual(['getMe', 'deleteWebhook', 'deleteWebhook', 'close'])
  })

  test('nothing: the limit ends it', async () => {
    configure()
    api.trouble(TOKEN, 'getMe', { kind: 'silence' })
    const { calls } = await release('default', 300)
    expect(calls[0]).toMatchObject({ status: null, isOk: false, text: 'No answer: it took too long' })
  })

  test.each([
    [{ kind: 'text', status: 200, text: '<html>{token}</html>' }, 200],
    [{ kind: 'text', status: 400, text: '{"ok":false,"description":"Bad {token} and {secret}"}' }, 400],
    [{ kind: 'text', status: 200, text: '{"ok":true,"result":{"username":"{secret}"}}' }, 200],
    [{ kind: 'text', status: 200, text: 'x'.repeat(1_000_000) }, 200],
    [{ kind: 'text', status: 302, text: '' }, 302],
    [{ kind: 'cut' }, null],
  ] as const)('%j: an answer, and the token is in none', async (trouble, status) => {
    configure()
    api.trouble(TOKEN, 'getMe', trouble)
    const { calls } = await release()
    expect(calls[0]).toMatchObject({ method: 'getMe', status })
  })
})

test('a server that is not there, and an address that is none, are said', async () => {
  configure({ apiRoot: 'http://127.0.0.1:1' })
  expect((await release()).calls[0]?.text).toBe('No answer: ECONNREFUSED')
  configure({ apiRoot: 'file:///etc/passwd' })
  expect((await release()).calls[0]?.text).toMatch(/no web address/)
})
