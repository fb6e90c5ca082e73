import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron'
import { z } from 'zod'
import { commands, events, type Command, type Event, type Input, type Output, type Reply } from '../../shared/contract'
import { AppError, toPublic } from '../../shared/errors'
import type { Bus, Handlers } from '../api'
import { isTrusted } from './address'
import { describeError, type ShellLog } from './log'

/** The channel on which the window hears of an event. The preload builds the same name. */
export const eventChannel = (event: Event): string => `event:${event}`

/**
 * Serves every command of the contract. Input and output are both parsed: the window is untrusted, and nothing the
 * contract does not name may leave. `onCall` hears of each call of a trusted page. Failures are replies, since Electron passes on only a thrown error's message.
 */
export function serve(handlers: Handlers, log: ShellLog, onCall: () => void): Disposable {
  const names = Object.keys(commands) as Command[]
  for (const name of names) {
    ipcMain.handle(name, async ({ senderFrame }: IpcMainInvokeEvent, raw: unknown): Promise<Reply<unknown>> => {
      try {
        if (!isTrusted(senderFrame)) throw new AppError('untrusted-sender', 'The call was refused.')
        onCall()
        return { ok: true, value: await answer(handlers, name, raw) }
      } catch (error) {
        report(log, name, error)
        return { ok: false, error: toPublic(error) }
      }
    })
  }
  return {
    [Symbol.dispose]: () => {
      for (const name of names) ipcMain.removeHandler(name)
    },
  }
}

async function answer<C extends Command>(handlers: Handlers, name: C, raw: unknown): Promise<Output<C>> {
  const { input, output } = commands[name]
  const parsed = input.safeParse(raw)
  if (!parsed.success) throw badInput(name, parsed.error)
  const result = output.safeParse(await handlers[name](parsed.data as Input<C>))
  if (!result.success) throw new Error(`${name} answered out of contract: ${places(result.error)}`)
  return result.data as Output<C>
}

/** Names the fields that are wrong, never what stood in them: it may be a secret. */
function badInput(name: Command, error: z.ZodError): AppError {
  return new AppError('bad-input', `Some of what was entered cannot be used: ${places(error)}.`, {
    cause: new Error(`${name} refused its input`),
  })
}

function places(error: z.ZodError): string {
  const paths = error.issues
    .slice(0, 8)
    .map(({ path, code }) => `${path.length > 0 ? z.core.toDotPath(path) : 'the input'} (${code})`)
  return [...new Set(paths)].join(', ')
}

/** A cancelled call is an outcome, not an error. */
function report(log: ShellLog, name: Command, error: unknown): void {
  if (error instanceof AppError && error.code === 'aborted') return
  log.error(`${name} failed: ${describeError(error)}`)
}

/** Passes events on to the window there is at the moment. One that breaks the contract is dropped and logged. */
export function forwardEvents(bus: Bus, log: ShellLog, target: () => WebContents | null): Disposable {
  return bus.listen((event, data) => {
    const contents = target()
    if (contents === null || contents.isDestroyed()) return
    const parsed = events[event].safeParse(data)
    if (parsed.success) contents.send(eventChannel(event), parsed.data)
    else log.error(`The event ${event} is out of contract: ${places(parsed.error)}`)
  })
}
