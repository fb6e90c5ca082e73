import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron'
import type { Api, Command, Event, EventData, Output, Reply, Sent } from '../shared/contract'
import { COMMANDS, EVENTS } from './names'

/** The window's only door. It passes on what the contract names and nothing else; main checks everything again. */
const api: Api = {
  invoke: <C extends Command>(command: C, input: Sent<C>): Promise<Reply<Output<C>>> => {
    if (!Object.hasOwn(COMMANDS, command)) return Promise.reject(new TypeError('No such command'))
    return ipcRenderer.invoke(command, input) as Promise<Reply<Output<C>>>
  },
  on: <E extends Event>(event: E, listener: (data: EventData<E>) => void): (() => void) => {
    if (!Object.hasOwn(EVENTS, event)) throw new TypeError('No such event')
    const channel = `event:${event}`
    // Electron's own event object carries the port to main: it stays here.
    const receive = (_event: IpcRendererEvent, data: EventData<E>): void => listener(data)
    ipcRenderer.on(channel, receive)
    return () => void ipcRenderer.removeListener(channel, receive)
  },
}

contextBridge.exposeInMainWorld('api', api)
