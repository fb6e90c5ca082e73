/** Where a click may lead: an origin and the path under it. */
const ALLOWED = [
  { origin: 'https://docs.openclaw.ai', path: '/' },
  { origin: 'https://github.com', path: '/openclaw' },
  { origin: 'https://t.me', path: '/BotFather' },
] as const

/** Whether an address may be opened in the browser. */
export function isAllowedOutside(address: string, own: string | null): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') return false
  const ownPage =
    own !== null && URL.canParse(own) ? [{ origin: new URL(own).origin, path: new URL(own).pathname }] : []
  return [...ALLOWED, ...ownPage].some(({ origin, path }) => url.origin === origin && isUnder(url.pathname, path))
}

/** `/openclaw` holds `/openclaw` and `/openclaw/docs`, not `/openclaw-evil`. */
function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}
