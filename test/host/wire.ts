import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { CDPSession, Page } from 'playwright-core'
import { FrameTree } from './frames'
import { assertCarried, type HostIpcMain } from './ipc-main'
import type { FromPage, ToPage, Wire } from './page'
import type { HostState } from './state'

/** The line between one page and main: calls one way, replies and events the other. */
export interface PageWire {
  send(channel: string, args: readonly unknown[]): void
  /** The debugger's session, for the page's other news. */
  readonly session: CDPSession
}

/** What a wire connects. */
export interface WireEnds {
  readonly state: HostState
  readonly ipcMain: HostIpcMain
  /** Electron's `event.sender`. */
  readonly contents: unknown
  /** The bundled preload, or undefined for a window without one. */
  readonly preload: string | undefined
}

/** Lays the line into a page, before anything is loaded into it. */
export async function layWire(page: Page, ends: WireEnds): Promise<PageWire> {
  const session = await page.context().newCDPSession(page)
  const frames = new FrameTree(session, ends.state.addresses)
  const wire: Wire = {
    binding: `call_${randomUUID()}`,
    receiver: `receive_${randomUUID()}`,
    isInSubFrames: ends.state.options.isInSubFrames,
  }
  session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name !== wire.binding) return
    void answer(JSON.parse(payload) as FromPage, executionContextId)
  })
  const deliver = (message: ToPage, contextId?: number): void => {
    const expression = `globalThis[${JSON.stringify(wire.receiver)}]?.(${JSON.stringify(message)})`
    // A page that is gone takes no answer, as in Electron.
    session
      .send('Runtime.evaluate', { expression, ...(contextId === undefined ? {} : { contextId }) })
      .catch(() => undefined)
  }
  const answer = async ({ id, channel, args }: FromPage, contextId: number): Promise<void> => {
    const from = { sender: ends.contents, senderFrame: frames.frameOf(contextId) }
    const words = args.map(({ value }) => value)
    const reply = await ends.ipcMain.call(channel, words, from).then(
      value => ({ kind: 'reply' as const, id, value }),
      (error: unknown) => ({
        kind: 'reply' as const,
        id,
        error: error instanceof Error ? error.message : String(error),
      }),
    )
    deliver(reply, contextId)
  }
  await start(session, wire, page, ends.preload)
  return {
    session,
    send: (channel, args) => deliver({ kind: 'event', channel, args: assertCarried(structuredClone(args)) }),
  }
}

async function start(session: CDPSession, wire: Wire, page: Page, preload: string | undefined): Promise<void> {
  await session.send('Page.enable')
  await session.send('Runtime.enable')
  await session.send('Runtime.addBinding', { name: wire.binding })
  if (preload !== undefined) await page.addInitScript({ content: pageScript(readFileSync(preload, 'utf8'), wire) })
}

/** The runtime and the preload as one script: a page's policy forbids evaluating text. */
function pageScript(preload: string, wire: Wire): string {
  const runtime = readFileSync(new URL('page.js', import.meta.url), 'utf8')
  return `(() => {\n${runtime}\nocmHostPage.run(function (require, module, exports) {\n${preload}\n}, ${JSON.stringify(wire)})\n})()`
}
