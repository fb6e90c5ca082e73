import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { isOwnAddress } from './address'

/**
 * The policy of our page: its own files and nothing else. No `unsafe-*`: React and uPlot style through the CSSOM, which
 * a policy does not restrict. `data:` images are cursors and glyphs of style sheets.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "frame-src 'none'",
  "object-src 'none'",
  "worker-src 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Answers one request from `folder`: known types of files inside it, to GET; everything else does not exist. */
export async function answerRequest(request: Request, folder: string): Promise<Response> {
  const path = request.method === 'GET' && isOwnAddress(request.url) ? fileOf(new URL(request.url), folder) : null
  const type = path === null ? undefined : TYPES[extname(path)]
  if (path === null || type === undefined) return missing()
  try {
    return new Response(new Uint8Array(await readFile(path)), { headers: { ...HEADERS, 'content-type': type } })
  } catch {
    // Not there or not a file: to the page both are the same.
    return missing()
  }
}

function missing(): Response {
  return new Response('Not found', { status: 404, headers: { ...HEADERS, 'content-type': 'text/plain' } })
}

/** The file an address means, or null when the address points out of the folder or is not a plain path. */
function fileOf({ pathname }: URL, folder: string): string | null {
  const decoded = decode(pathname)
  if (decoded === null || /[\0\\:]/.test(decoded)) return null
  const root = normalize(folder + sep)
  const path = normalize(join(root, decoded === '/' ? 'index.html' : decoded))
  return path.startsWith(root) && path !== root ? path : null
}

function decode(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname)
  } catch {
    // A malformed escape: no file has such a name.
    return null
  }
}
