import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { AppError } from '../../shared/errors'
import { SECOND } from '../../shared/units'

const NAME_LIMIT_MS = 10 * SECOND

/**
 * The address of a host name; an address is its own.
 *
 * @throws AppError `name-unknown`, `timeout`, `aborted`.
 */
export async function resolveName(host: string, signal: AbortSignal): Promise<string> {
  if (isIP(host) !== 0) return host
  const stop = AbortSignal.any([signal, AbortSignal.timeout(NAME_LIMIT_MS)])
  try {
    return (await unlessStopped(lookup(host), stop)).address
  } catch (cause) {
    if (signal.aborted) throw aborted(signal)
    const isSlow = stop.aborted
    throw new AppError(isSlow ? 'timeout' : 'name-unknown', `The name ${host} is not known to this computer’s DNS.`, {
      hint: 'Check the spelling, or whether the VPN is on. An address works too.',
      cause,
    })
  }
}

/**
 * A TCP connection, tuned for small answers (no Nagle).
 *
 * @throws AppError `connection-refused`, `timeout`, `aborted`.
 */
export async function openSocket(
  { host, port, limitMs }: { readonly host: string; readonly port: number; readonly limitMs: number },
  signal: AbortSignal,
): Promise<Socket> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
  const socket = connect({ host, port, noDelay: true })
  const opened = Promise.withResolvers<undefined>()
  socket.once('connect', () => opened.resolve(undefined)).once('error', opened.reject)
  try {
    await unlessStopped(opened.promise, stop)
    socket.removeAllListeners('error')
    return socket
  } catch (cause) {
    socket.destroy()
    // A late error of a socket nobody waits for must not end the process.
    socket.on('error', () => undefined)
    if (signal.aborted) throw aborted(signal)
    throw stop.aborted ? noAnswer(port, cause) : noConnection(port, cause)
  }
}

function noAnswer(port: number, cause: unknown): AppError {
  return new AppError('timeout', `Nothing answers on port ${port}.`, {
    hint: 'The machine may be off, asleep or behind a firewall.',
    cause,
  })
}

function noConnection(port: number, cause: unknown): AppError {
  const code = codeOf(cause)
  if (code === 'ETIMEDOUT') return noAnswer(port, cause)
  if (code === 'ECONNREFUSED') {
    return new AppError('connection-refused', `The machine is there, but nothing listens on port ${port}.`, {
      hint: 'Check the port, and that the SSH server runs on the node.',
      cause,
    })
  }
  return new AppError('connection-refused', `The machine cannot be reached (${code}).`, {
    hint: 'Check the network on this side and whether the machine is on.',
    cause,
  })
}

/** Node's error code, e.g. `ECONNREFUSED`. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}

/** What an aborted signal means: the reason itself if it is one of ours, else `aborted`. */
export function aborted(signal: AbortSignal): AppError {
  const reason: unknown = signal.reason
  return reason instanceof AppError ? reason : new AppError('aborted', 'Cancelled.', { cause: reason })
}

/** @throws AppError `aborted` (or the signal's own reason) when the signal has fired. */
export function checkAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal)
}

/** The promise, or `aborted` (or the signal's own reason) as soon as the signal fires. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await unlessStopped(promise, signal)
  } catch (error) {
    throw signal.aborted ? aborted(signal) : error
  }
}

/** The promise, or a rejection as soon as the signal fires. What the promise does afterwards is not waited for. */
export async function unlessStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>()
  const onAbort = (): void => stopped.reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
  promise.catch(() => undefined) // its failure is reported below, unless the signal came first
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([stopped.promise, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
