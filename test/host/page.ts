/**
 * The renderer side of the host, evaluated before a page's own scripts: a `require('electron')` for the preload and the
 * wire to main. Bundled to one text together with the preload.
 */

type Listener = (event: object, ...args: unknown[]) => void
type Preload = (require: (name: string) => unknown, module: { exports: object }, exports: object) => void

/** Names of the two ends of the wire, unguessable for the page. */
export interface Wire {
  readonly binding: string
  readonly receiver: string
  readonly isInSubFrames: boolean
}

/** A message from main: the answer to a call, or an event. */
export type ToPage =
  | { readonly kind: 'reply'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly kind: 'event'; readonly channel: string; readonly args: readonly unknown[] }

/** A call from the page. An absent value stands for undefined. */
export interface FromPage {
  readonly id: number
  readonly channel: string
  readonly args: readonly { readonly value?: unknown }[]
}

/** Runs the preload as Electron would: in the top frame only, before the page, with a `require` that knows one name. */
export function run(preload: Preload, wire: Wire): void {
  const scope = globalThis as unknown as Record<string, unknown>
  const send = scope[wire.binding] as ((text: string) => void) | undefined
  Reflect.deleteProperty(scope, wire.binding)
  if (send === undefined || (window !== window.top && !wire.isInSubFrames)) return
  const electron = { ipcRenderer: connect(send, wire.receiver), contextBridge: { exposeInMainWorld } }
  const module = { exports: {} }
  const require = (name: string): unknown => {
    if (name === 'electron') return electron
    throw new Error(`module not found: ${name}`)
  }
  preload(require, module, module.exports)
}

function connect(send: (text: string) => void, receiver: string): object {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const listeners = new Map<string, Set<Listener>>()
  let lastId = 0
  const receive = (message: ToPage): void => {
    if (message.kind === 'event') {
      for (const listener of [...(listeners.get(message.channel) ?? [])]) listener({}, ...message.args)
      return
    }
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error === undefined) call?.resolve(message.value)
    else call?.reject(new Error(message.error))
  }
  Object.defineProperty(globalThis, receiver, { value: receive, enumerable: false })
  return {
    invoke: (channel: string, ...args: unknown[]) => {
      const call = Promise.withResolvers<unknown>()
      const message: FromPage = { id: ++lastId, channel, args: args.map(value => ({ value: structuredClone(value) })) }
      waiting.set(message.id, call)
      send(JSON.stringify(message))
      return call.promise
    },
    on: (channel: string, listener: Listener) => {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
    },
    removeListener: (channel: string, listener: Listener) => {
      listeners.get(channel)?.delete(listener)
    },
  }
}

/** As Electron's: a frozen copy that the page can neither replace nor reach through; values cross as clones. */
function exposeInMainWorld(key: string, api: unknown): void {
  if (key in globalThis) throw new Error(`Cannot bind an API on top of an existing property on the window object`)
  Object.defineProperty(globalThis, key, { value: bridge(api), enumerable: true, writable: false, configurable: false })
}

function bridge(value: unknown): unknown {
  if (typeof value === 'function') {
    return (...args: unknown[]) => cross((value as (...args: unknown[]) => unknown)(...args.map(cross)))
  }
  if (value instanceof Promise) return value.then(cross)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, bridge(inner)])
  return Object.freeze(Object.fromEntries(entries) as object)
}

function cross(value: unknown): unknown {
  if (typeof value === 'function' || value instanceof Promise) return bridge(value)
  return structuredClone(value)
}
