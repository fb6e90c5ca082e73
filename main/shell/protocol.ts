import { protocol, type Session } from 'electron'
import { SCHEME } from './address'
import { answerRequest } from './page-files'

/** Names our scheme to Chromium. Only works before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built window under `app://ocm/`. */
export function serveWindow(session: Session, folder: string): Disposable {
  session.protocol.handle(SCHEME, request => answerRequest(request, folder))
  return { [Symbol.dispose]: () => session.protocol.unhandle(SCHEME) }
}
