import type { CDPSession } from 'playwright-core'
import type { AddressMap } from './address-map'
import type { HostFrame } from './ipc-main'

interface Known {
  readonly parent: string | null
  url: string
}

/** Knows the frames of a page by the browser's own ids, and which script context belongs to which. */
export class FrameTree {
  private readonly frames = new Map<string, Known>()
  private readonly contexts = new Map<number, string>()

  constructor(
    session: CDPSession,
    private readonly addresses: AddressMap,
  ) {
    session.on('Page.frameAttached', ({ frameId, parentFrameId }) =>
      this.frames.set(frameId, { parent: parentFrameId, url: '' }),
    )
    session.on('Page.frameNavigated', ({ frame }) =>
      this.frames.set(frame.id, { parent: frame.parentId ?? null, url: frame.url }),
    )
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      const known = this.frames.get(frameId)
      if (known !== undefined) known.url = url
    })
    session.on('Page.frameDetached', ({ frameId }) => this.frames.delete(frameId))
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const { frameId } = (context.auxData ?? {}) as { readonly frameId?: string }
      if (frameId !== undefined) this.contexts.set(context.id, frameId)
    })
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) =>
      this.contexts.delete(executionContextId),
    )
    session.on('Runtime.executionContextsCleared', () => this.contexts.clear())
  }

  /** The frame a call came from; null when it is gone, as in Electron. */
  frameOf(contextId: number): HostFrame | null {
    const id = this.contexts.get(contextId)
    return id === undefined ? null : this.frame(id)
  }

  private frame(id: string): HostFrame | null {
    const known = this.frames.get(id)
    if (known === undefined) return null
    const url = this.addresses.toApp(known.url)
    const parent = known.parent === null ? null : this.frame(known.parent)
    return { url, origin: URL.canParse(url) ? new URL(url).origin : 'null', parent, top: parent?.top ?? null }
  }
}
