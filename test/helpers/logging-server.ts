import ssh2, { type Connection as ServerConnection } from 'ssh2'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { hostKeyOf } from '../../main/ssh/host-keys'
import type { HostKey, NodeInput } from '../../shared/node'
import { tempFolder } from './temp'

/** An SSH server that notes each attempt to log in, and lets anyone in or nobody. For what OpenSSH will not do. */
export interface LoggingServer extends AsyncDisposable {
  readonly hostKey: HostKey
  readonly input: NodeInput
  /** Methods tried, in order, e.g. `none`, `password`. */
  readonly attempts: readonly string[]
  /** Connections that were made, whatever came of them. */
  readonly connections: number
}

/** What the server does with an attempt. `methods` are those it offers. */
export interface LoggingServerOptions {
  readonly methods?: readonly ('password' | 'keyboard-interactive' | 'publickey')[]
  readonly password?: string
  /** Asked by keyboard-interactive, each hidden. */
  readonly prompts?: readonly string[]
  readonly onReady?: (client: ServerConnection) => void
}

/** Starts it on a free loopback port with a new host key. */
export async function startLoggingServer(options: LoggingServerOptions = {}): Promise<LoggingServer> {
  const { methods = ['password'], password, prompts = ['Password: '], onReady } = options
  using folder = tempFolder()
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', folder.join('key')])
  const attempts: string[] = []
  const clients = new Set<ServerConnection>()
  let connections = 0
  const server = new ssh2.Server({ hostKeys: [readFileSync(folder.join('key'))] }, client => {
    connections += 1
    clients.add(client)
    client.on('error', () => undefined) // the client under test hangs up as it likes
    client.on('close', () => clients.delete(client))
    client.on('authentication', context => {
      attempts.push(context.method)
      if (context.method === 'keyboard-interactive') {
        context.prompt(
          prompts.map(prompt => ({ prompt, echo: false })),
          answers =>
            answers.length === 1 && answers[0] === password ? context.accept() : context.reject([...methods]),
        )
      } else if (context.method === 'password' && context.password === password) context.accept()
      else context.reject([...methods])
    })
    client.on('ready', () => onReady?.(client))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  const blob = readFileSync(folder.join('key.pub'), 'utf8').split(' ')[1] ?? ''
  return {
    hostKey: hostKeyOf(Buffer.from(blob, 'base64')),
    attempts,
    get connections() {
      return connections
    },
    input: {
      label: `server ${port}`,
      host: '127.0.0.1',
      port,
      user: 'someone',
      auth: { method: 'password' },
      tags: [],
      isProtected: false,
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.end()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
