import type Electron from 'electron'

/** A frame as main sees it. Only what main may rely on. */
export interface HostFrame {
  readonly url: string
  readonly origin: string
  readonly parent: HostFrame | null
  readonly top: HostFrame | null
}

type Handler = (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown

/** `ipcMain`, as far as `handle` goes. */
export class HostIpcMain implements Pick<Electron.IpcMain, 'handle' | 'removeHandler'> {
  private readonly handlers = new Map<string, Handler>()

  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.handlers.set(channel, handler)
  }
  removeHandler(channel: string): void {
    this.handlers.delete(channel)
  }

  /** A call from a page. Rejects with the words Electron uses, which are all a page gets to see. */
  async call(
    channel: string,
    args: readonly unknown[],
    from: { sender: unknown; senderFrame: HostFrame | null },
  ): Promise<unknown> {
    const handler = this.handlers.get(channel)
    if (handler === undefined)
      throw new Error(`Error invoking remote method '${channel}': Error: No handler registered for '${channel}'`)
    try {
      // The page's frame and contents stand in for Electron's: same members where main looks, checked by their own types.
      const event = { ...from, type: 'frame', frameId: 1, processId: 1 } as unknown as Electron.IpcMainInvokeEvent
      return assertCarried(structuredClone(await handler(event, ...args)))
    } catch (error) {
      throw new Error(`Error invoking remote method '${channel}': ${String(error)}`, { cause: error })
    }
  }
}

/** The wire is JSON. What Electron's clone would carry and JSON would not is refused, not lost. */
export function assertCarried<T>(value: T): T {
  if (typeof value === 'bigint') throw new Error('The host does not carry bigint')
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) {
    throw new Error(`The host does not carry ${value.constructor.name}`)
  }
  for (const inner of Object.values(value)) assertCarried(inner as unknown)
  return value
}
