import { AppError } from '../../shared/errors'
import type { Channel } from '../ssh/types'

/** What a login shell may print before the program speaks. */
const MAX_NOISE_BYTES = 64 * 1024
const MAX_COMPLAINT_BYTES = 4 * 1024

/**
 * Skips what the login shell printed, up to the marker. Answers the bytes behind it; stdout is paused then.
 * @throws AppError `node-missing`, `bad-answer`, `connection-lost`, or the signal's reason as `aborted`.
 */
export async function awaitMarker(channel: Channel, marker: string, signal: AbortSignal): Promise<Buffer> {
  let noise = Buffer.alloc(0)
  let complaint = ''
  channel.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString('utf8')).slice(-MAX_COMPLAINT_BYTES)
  })
  const { stdout } = channel
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      stdout.off('data', onData)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onAbort = (): void => settle(() => reject(new AppError('aborted', 'Cancelled.', { cause: signal.reason })))
    const onData = (bytes: Buffer): void => {
      noise = Buffer.concat([noise, bytes])
      const at = noise.indexOf(marker)
      if (at >= 0) {
        stdout.pause()
        settle(() => resolve(noise.subarray(at + marker.length)))
      } else if (noise.length > MAX_NOISE_BYTES) {
        const hint = 'Something in the login files of this account prints a lot. It should stay silent for commands.'
        settle(() => reject(new AppError('bad-answer', 'The node printed too much before it answered.', { hint })))
      }
    }
    stdout.on('data', onData)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    void channel.closed.then(({ code }) => settle(() => reject(startFailure(code, complaint))))
  })
}

function startFailure(code: number | null, complaint: string): AppError {
  const cause = new Error(`exit ${code ?? 'by signal'}: ${complaint}`)
  if (code === null) return new AppError('connection-lost', 'The connection was lost.', { cause })
  if (code === 126 || code === 127) return new AppError('node-missing', 'Node.js is not there any more.', { cause })
  return new AppError('bad-answer', `Node.js on this machine ended at once (exit code ${code}).`, { cause })
}
