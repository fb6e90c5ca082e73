/** What is put in place of a secret. */
const MASK = '•••'

/** A BEGIN line alone is enough to mask to the end: a cut-off key is still a key. */
const PEM = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g
/** Bot tokens of Telegram: public digits, a colon, the secret. The digits stay, they name the bot. */
const BOT_TOKEN = /\b(\d{6,12}):[A-Za-z0-9_-]{30,}/g
const PROVIDER_KEY = /\b(sk|pk|rk|xox[abprs]|gh[pousr]|AGE-SECRET-KEY)-?_?[A-Za-z0-9_-]{16,}/g
const BEARER = /\b(bearer)\s+[A-Za-z0-9._~+/=-]{8,}/gi
/** `password=…`, `"token": "…"`, `api_key: …`. The name stays, so that the line keeps its meaning. */
const NAMED =
  /((?:password|passphrase|passwd|secret|token|api[_-]?key|authorization)["']?\s*[=:]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"'}]+)/gi

/** The text without anything that looks like a secret, and without the `exact` ones. A net, not a licence to log secrets. */
export function redact(text: string, exact: Iterable<string> = []): string {
  let clean = text
  for (const secret of exact) if (secret.length >= 4) clean = clean.replaceAll(secret, MASK)
  return clean
    .replace(PEM, MASK)
    .replace(BOT_TOKEN, `$1:${MASK}`)
    .replace(PROVIDER_KEY, `$1-${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(NAMED, `$1${MASK}`)
}
