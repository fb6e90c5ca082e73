import type { WebFrameMain } from 'electron'

/** The scheme of the window's own address. Standard and secure, so that the page has an origin and a policy. */
export const SCHEME = 'app'

/** The only origin that may talk to main. */
export const ORIGIN = `${SCHEME}://ocm`

/** The page the window shows. */
export const PAGE = `${ORIGIN}/index.html`

/** Whether the address is a page of ours. A look-alike such as `app://ocm.evil/` is not. */
export function isOwnAddress(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host, username, password } = new URL(address)
  return protocol === `${SCHEME}:` && host === 'ocm' && username === '' && password === ''
}

/** Whether a call comes from the top frame of our own page; anything else in a window is a stranger. */
export function isTrusted(frame: Pick<WebFrameMain, 'url' | 'parent'> | null): boolean {
  return frame !== null && frame.parent === null && isOwnAddress(frame.url)
}
