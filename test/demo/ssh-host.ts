/**
 * SSH servers in a process of their own, which stays small: what it costs to start a command goes by the size of the process
 * that starts it, and one that runs tests or an app is big. Started by `hosted-ssh-server.ts`, and ends with what started it.
 */
import type { HostAnswer, HostRequest } from './hosted-ssh-server.ts'
import { SshServer } from './ssh-server.ts'

const servers = new Map<number, SshServer>()

async function carryOut(request: HostRequest): Promise<void> {
  if (request.do === 'listen') {
    const server = new SshServer(request.options, () => send({ server: request.server }))
    servers.set(request.server, server)
    await server.listen()
    return
  }
  const server = servers.get(request.server)
  if (request.do === 'fault') return server?.setFault(request.fault)
  await server?.[Symbol.asyncDispose]()
  servers.delete(request.server)
}

/** Each answer tells how the server is now. */
function send(answer: Omit<HostAnswer, 'state'>): void {
  const server = servers.get(answer.server)
  const state = server && { port: server.port, hostFingerprint: server.hostFingerprint, pids: server.pids }
  if (process.connected) process.send?.({ ...answer, state })
}

process.on('message', (request: HostRequest) => {
  const { id, server } = request
  carryOut(request).then(
    () => send({ id, server }),
    (error: unknown) => send({ id, server, problem: String(error) }),
  )
})
process.on('disconnect', () => {
  void Promise.all([...servers.values()].map(server => server[Symbol.asyncDispose]())).then(() => process.exit())
})
// Ctrl+C reaches us as well: who started us ends us, once it has put everything away.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
