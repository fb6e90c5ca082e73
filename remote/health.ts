import { connect } from 'node:net'
import type { Result } from '../shared/protocol'
import type { Handler } from './handler'

const MAX_HEAD_BYTES = 16 * 1024
const MAX_BODY_BYTES = 64 * 1024

/** Asks the gateway on this machine's own loopback. */
export const handleHealth: Handler<'health'> = ({ port, path, limitMs }, { signal }) =>
  askLoopback(port, path, { limitMs, signal })

/**
 * One GET on 127.0.0.1; `status: null` when nothing answers in time. Never rejects. By hand, since loading Node's own client
 * costs a poll more than the question: HTTP/1.0, whose answer ends with the connection.
 */
export function askLoopback(
  port: number,
  path: string,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<Result<'health'>> {
  if (!/^\/[\w./?=&%~-]*$/.test(path)) return Promise.resolve({ status: null, body: '' })
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port, signal })
    const parts: Buffer[] = []
    let bytes = 0
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      socket.destroy()
    }, limitMs)
    socket.on('connect', () => socket.write(`GET ${path} HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\n\r\n`))
    socket.on('data', part => {
      parts.push(part)
      bytes += part.length
      if (bytes > MAX_HEAD_BYTES + MAX_BODY_BYTES) socket.destroy()
    })
    socket.on('error', () => undefined) // `close` follows.
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(isLate ? { status: null, body: '' } : answerIn(Buffer.concat(parts)))
    })
  })
}

function answerIn(bytes: Buffer): Result<'health'> {
  const end = bytes.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(bytes.toString('latin1', 0, 32))?.[1]
  if (status === undefined || end < 0) return { status: null, body: '' }
  return { status: Number(status), body: bytes.toString('utf8', end + 4, end + 4 + MAX_BODY_BYTES) }
}
