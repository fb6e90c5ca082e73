import type Electron from 'electron'
import type { HostState } from './state'

type SchemeHandler = (request: Request) => Response | Promise<Response>
type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0]
type RequestHandler = Parameters<Electron.Session['setPermissionRequestHandler']>[0]

/** `session.protocol` of one session. */
export class HostProtocol implements Pick<Electron.Protocol, 'handle' | 'unhandle' | 'isProtocolHandled'> {
  private readonly handlers = new Map<string, SchemeHandler>()
  constructor(private readonly state: HostState) {}

  handle(scheme: string, handler: SchemeHandler): void {
    this.state.onlyWhenReady('protocol.handle')
    if (this.handlers.has(scheme)) throw new Error(`The scheme ${scheme} has a handler`)
    this.handlers.set(scheme, handler)
  }
  unhandle(scheme: string): void {
    this.handlers.delete(scheme)
  }
  isProtocolHandled(scheme: string): boolean {
    return this.handlers.has(scheme)
  }
  handlerOf(scheme: string): SchemeHandler | undefined {
    return this.handlers.get(scheme)
  }
}

type SessionPart = Pick<
  Electron.Session,
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setPermissionRequestHandler'
  | 'setSpellCheckerEnabled'
>

/** Permissions the host passes on to the browser, by Electron's names. */
export type HostPermission =
  'clipboard-read' | 'clipboard-sanitized-write' | 'geolocation' | 'media' | 'midi' | 'notifications'

/** A session: schemes and permissions. Without a handler every permission is granted, which is Electron's default. */
export class HostSession implements SessionPart {
  readonly protocol: HostProtocol
  private check: CheckHandler = null
  private request: RequestHandler = null
  constructor(state: HostState) {
    this.protocol = new HostProtocol(state)
  }
  setPermissionCheckHandler(handler: CheckHandler): void {
    this.check = handler
  }
  setPermissionRequestHandler(handler: RequestHandler): void {
    this.request = handler
  }
  setDevicePermissionHandler(): void {
    // The host has no devices to hand out.
  }
  setDisplayMediaRequestHandler(): void {
    // Nor a screen.
  }
  setSpellCheckerEnabled(): void {
    // Nor a dictionary.
  }

  /** What the app would decide about a permission: both hooks are asked, and both must agree. */
  isGranted(permission: HostPermission, contents: unknown): boolean {
    const asContents = contents as Electron.WebContents
    const isChecked = this.check?.(asContents, permission, '', { isMainFrame: true }) ?? true
    let isRequested = this.request === null
    const details = { isMainFrame: true, requestingUrl: '' }
    this.request?.(asContents, permission, granted => (isRequested = granted), details)
    return isChecked && isRequested
  }
}

/** `session` and `protocol` of the module: the default session and those with a name. */
export function createSessions(state: HostState): {
  readonly session: { readonly defaultSession: HostSession; fromPartition(partition: string): HostSession }
  readonly protocol: Pick<Electron.Protocol, 'handle' | 'unhandle' | 'registerSchemesAsPrivileged'>
} {
  const named = new Map<string, HostSession>()
  const fromPartition = (partition: string): HostSession => {
    state.onlyWhenReady('session')
    const found = named.get(partition) ?? new HostSession(state)
    named.set(partition, found)
    return found
  }
  const defaultSession = new HostSession(state)
  const registerSchemesAsPrivileged = (schemes: Electron.CustomScheme[]): void => {
    state.onlyBeforeReady('protocol.registerSchemesAsPrivileged()')
    for (const { scheme, privileges } of schemes) if (privileges?.standard === true) state.addresses.add(scheme)
  }
  return {
    session: { defaultSession, fromPartition },
    protocol: {
      registerSchemesAsPrivileged,
      handle: (scheme, handler) => defaultSession.protocol.handle(scheme, handler),
      unhandle: scheme => defaultSession.protocol.unhandle(scheme),
    },
  }
}
