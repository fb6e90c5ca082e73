import { randomInt } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import type { ManagerAnswer, ManagerRequest } from './manager-answer'

/** A stand-in for a service manager, of whatever system. */
export interface Manager {
  answer(request: ManagerRequest): Promise<ManagerAnswer>
}

/** One door for the shims of all nodes; the token in the address says whose. */
export async function startManagerFront(
  managers: ReadonlyMap<string, Manager>,
): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer((request, response) => {
    void answer(request, managers).then(
      text => response.end(text),
      () => response.writeHead(500).end(),
    )
  })
  const port = await listen(server)
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function answer(request: IncomingMessage, managers: ReadonlyMap<string, Manager>): Promise<string> {
  const manager = managers.get((request.url ?? '').slice(1))
  if (manager === undefined) throw new Error('No such node.')
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const text = Buffer.concat(pieces).toString('utf8')
  if (request.headers['content-type'] === 'text/plain') return plainAnswer(text, manager)
  return JSON.stringify(await manager.answer(JSON.parse(text) as ManagerRequest))
}

/** For shim.sh: a word a line goes in; out come status and number of lines for stderr, those lines, and stdout. */
async function plainAnswer(text: string, manager: Manager): Promise<string> {
  const [name = '', ...words] = text.split('\n')
  const { code, stdout, stderr } = await manager.answer({ name, words, cwd: '/', environment: {} })
  const complaints = stderr.split('\n').filter(line => line !== '')
  return [`${code} ${complaints.length}`, ...complaints, stdout].join('\n')
}

/** Below the ports that systems give out by themselves (32768 and up), for connections and to whoever asks for any. */
const [FIRST_PORT, LAST_PORT] = [10_000, 32_000]
let nextPort = randomInt(FIRST_PORT, LAST_PORT)

/**
 * A loopback port that nobody listens on just now. Each call has another one, and each process begins elsewhere: until somebody
 * listens on it, a second or so, nobody else takes it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = nextPort
    nextPort = port === LAST_PORT ? FIRST_PORT : port + 1
    const server = createTcpServer()
    const isFree = await listen(server, port).catch(() => 0)
    await new Promise(resolve => server.close(resolve))
    if (isFree !== 0) return port
  }
}

function listen(server: TcpServer, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(address !== null && typeof address === 'object' ? address.port : 0)
    })
  })
}
