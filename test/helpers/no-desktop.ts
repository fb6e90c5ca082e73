import type { HandlerOptions } from '../../main/handlers'

/** What handlers are told of a shell that is not there: every dialog is closed by a person, and nothing opens. */
export function noDesktop(): HandlerOptions {
  return {
    desktop: {
      saveFile: () => Promise.resolve(null),
      openFile: () => Promise.resolve(null),
      openExternal: () => Promise.resolve(),
      setOpenAtLogin: () => undefined,
    },
    info: { version: '0.0.0', runtime: 'test', sshCrypto: 'node:crypto', platform: process.platform },
  }
}
