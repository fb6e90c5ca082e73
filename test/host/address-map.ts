/**
 * Plain Chromium cannot navigate to a scheme of our own. The host lets the page live on an `https:` address under
 * `.invalid` (which never resolves) and reports it to main as the address Electron would have.
 */
export class AddressMap {
  private readonly schemes = new Set<string>()

  /** Declares a privileged scheme. */
  add(scheme: string): void {
    this.schemes.add(scheme)
  }

  /** `app://ocm/x` to `https://ocm.app.invalid/x`; other addresses stay as they are. */
  toBrowser(address: string): string {
    const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/.exec(address)
    const [, scheme = '', host = '', rest = ''] = match ?? []
    return this.schemes.has(scheme) ? `https://${host}.${scheme}.invalid${rest}` : address
  }

  /** The way back. */
  toApp(address: string): string {
    const match = /^https:\/\/([^/?#]*)\.([^./?#]+)\.invalid(.*)$/.exec(address)
    const [, host = '', scheme = '', rest = ''] = match ?? []
    return this.schemes.has(scheme) ? `${scheme}://${host}${rest}` : address
  }

  /** The scheme of ours an `https:` address stands for, or null. */
  schemeOf(address: string): string | null {
    const scheme = this.toApp(address).split(':')[0] ?? ''
    return this.schemes.has(scheme) ? scheme : null
  }
}
