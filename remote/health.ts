import { get } from 'node:http'
import type { Result } from '../shared/protocol'
import type { Handler } from './handler'

const MAX_BODY_BYTES = 64 * 1024

/** Asks the gateway on this machine's own loopback. */
export const handleHealth: Handler<'health'> = ({ port, path, limitMs }, { signal }) =>
  askLoopback(port, path, { limitMs, signal })

/** One GET on 127.0.0.1; `status: null` when nothing answers in time. Never rejects. */
export function askLoopback(
  port: number,
  path: string,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<Result<'health'>> {
  return new Promise(resolve => {
    const request = get({ host: '127.0.0.1', port, path, signal, agent: false }, response => {
      const parts: Buffer[] = []
      let bytes = 0
      const settle = (): void => {
        const body = Buffer.concat(parts).subarray(0, MAX_BODY_BYTES).toString('utf8')
        resolve({ status: response.statusCode ?? null, body })
      }
      response.on('data', (part: Buffer) => {
        parts.push(part)
        bytes += part.length
        if (bytes > MAX_BODY_BYTES) response.destroy()
      })
      response.on('close', settle)
      response.on('error', settle)
    })
    const timer = setTimeout(() => request.destroy(), limitMs)
    request.on('close', () => {
      clearTimeout(timer)
      resolve({ status: null, body: '' }) // Settled already when something answered.
    })
    request.on('error', () => undefined) // `close` follows.
  })
}
