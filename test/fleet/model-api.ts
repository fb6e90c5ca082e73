/**
 * A stand-in for a model provider that speaks OpenAI's chat completions: it answers every message with a short, predictable text,
 * so that agents hold real conversations and leave real sessions behind.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

interface ChatRequest {
  readonly model: string
  readonly stream?: boolean
  readonly messages: readonly { readonly role: string; readonly content: unknown }[]
}

/** Starts the server on one address. */
export async function startModelApi(address: string, port: number): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: String(error) } }))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => resolve())
  })
  return {
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/v1/models') {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ object: 'list', data: [{ id: 'echo', object: 'model' }] }))
    return
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const asked = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChatRequest
  const text = `Noted. Message ${asked.messages.filter(({ role }) => role === 'user').length} of this conversation.`
  const about = { id: 'chat-1', created: Math.floor(Date.now() / 1000), model: asked.model }
  const usage = { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 }
  if (asked.stream !== true) {
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }]
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ...about, object: 'chat.completion', choices, usage }))
    return
  }
  const chunk = (delta: unknown, finish: string | null): string => {
    const choices = [{ index: 0, delta, finish_reason: finish }]
    return `data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', choices, usage: finish ? usage : null })}\n\n`
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end(`${chunk({ role: 'assistant', content: text }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`)
}
