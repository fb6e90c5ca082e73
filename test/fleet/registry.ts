/**
 * The npm registry for machines without a route to the outside: passes reads on to the registry this computer's npm uses.
 * npm itself points tarball addresses at the registry it was told, so answers go through as they are.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Agent, get as secureGet } from 'node:https'
import { get as plainGet, type IncomingMessage } from 'node:http'
import { rootCertificates } from 'node:tls'

/** Starts the pass-through on one address. */
export async function startRegistry(address: string, port: number): Promise<AsyncDisposable> {
  const upstream = new URL(npmSetting('registry'))
  const file = npmSetting('cafile')
  const agent = new Agent(file === '' ? {} : { ca: [...rootCertificates, readFileSync(file, 'utf8')] })
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return response.writeHead(405).end()
    const target = new URL((request.url ?? '/').replace(/^\//, ''), upstream)
    const headers = { accept: request.headers.accept ?? '*/*', 'user-agent': request.headers['user-agent'] ?? 'npm' }
    const relay = (answer: IncomingMessage): void => {
      const { 'content-type': type, 'content-encoding': encoding, 'content-length': length, etag } = answer.headers
      const kept = { 'content-type': type, 'content-encoding': encoding, 'content-length': length, etag }
      const known = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined))
      response.writeHead(answer.statusCode ?? 502, known)
      answer.pipe(response)
    }
    const outgoing =
      target.protocol === 'https:' ? secureGet(target, { agent, headers }, relay) : plainGet(target, { headers }, relay)
    outgoing.on('error', error => {
      if (!response.headersSent) response.writeHead(502)
      response.end(String(error))
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
        agent.destroy()
      }),
  }
}

/** One npm setting of this computer, or '' when it is not set. */
function npmSetting(name: string): string {
  const value = execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return /^(null|undefined)?$/.test(value.trim()) ? '' : value.trim()
}
