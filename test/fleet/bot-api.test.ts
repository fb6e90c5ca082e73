import { expect, test } from 'vitest'
import { startBotApi } from './bot-api.ts'

const TOKEN = '7000000009:AAfleet-test-bot-token-00000000000'

test('ends the older of two polls with a conflict, and remembers both', async () => {
  await using api = await startBotApi('127.0.0.1', 0)
  const poll = (): Promise<Response> =>
    fetch(`http://127.0.0.1:${api.port}/bot${TOKEN}/getUpdates`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ timeout: 30 }),
    })
  const older = poll()
  await expect.poll(() => api.polls(TOKEN).length).toBe(1)
  const newer = poll()
  expect((await older).status).toBe(409)
  api.deliver(TOKEN, { from: 42, text: 'hello' })
  const answer = (await (await newer).json()) as {
    readonly result: readonly { readonly message: { readonly text: string } }[]
  }
  expect(answer.result.map(({ message }) => message.text)).toEqual(['hello'])
  expect(api.polls(TOKEN).map(({ from, conflict }) => ({ from, conflict }))).toEqual([
    { from: '127.0.0.1', conflict: false },
    { from: '127.0.0.1', conflict: true },
  ])
})

test('knows a bot by its token and refuses what is none', async () => {
  await using api = await startBotApi('127.0.0.1', 0)
  const me = await fetch(`http://127.0.0.1:${api.port}/bot${TOKEN}/getMe`)
  expect(await me.json()).toMatchObject({ ok: true, result: { id: 7_000_000_009, is_bot: true } })
  expect((await fetch(`http://127.0.0.1:${api.port}/botnothing/getMe`)).status).toBe(404)
})
