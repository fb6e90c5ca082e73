/** What stands where a secret was. */
export const MASK = '•••'

const SECRET_KEY =
  /tokens?$|passw(?:or)?d|passphrase|passcode|secret|api[_-]?keys?|encrypt\w*[_-]?key|private[_-]?key|access[_-]?key|signing[_-]?key|service[_-]?account(?:ref)?$|credentials?$|authorization|cookie|bearer|nsec|mnemonic|seed[_-]?phrase|webhook[_-]?key|setup[_-]?code|^(?:key|pass|pin|psk|jwt|dsn|auth|access|refresh|otp|salt|_auth|pat|client_?key|licen[cs]e_?key)$|[_-](?:key|pass|pwd|pin|pat|dsn|auth|creds)$|private.?key.?pem|join.?code/i
/** Names that look like secrets and hold none. */
const PUBLIC_KEY =
  /(?:max|input|output|completion|context|total)_?tokens$|token_?(?:count|limit|budget|type|ttl)$|(?:file|path|dir|paths|files|dirs|mode|env|url|type|provider|providers|name)$|public[_-]?key|key_?id$/i
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b\d{6,12}:[A-Za-z0-9_-]{16,}/g,
  /\b(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}/g,
  /\b(?:xox[a-z]|xapp|glpat|whsec|shpat)[-_][A-Za-z0-9_-]{8,}/g,
  /\b(?:gh[pousr]|github_pat|hf|npm|gsk|dop_v1|re|tvly|pplx|xai|r8)[_-][A-Za-z0-9_-]{16,}/g,
  /\bAKIA[0-9A-Z]{12,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
  /\bAGE-SECRET-KEY-[A-Z0-9]+/g,
  /(?<![A-Za-z0-9_/+.-])[0-9a-fA-F]{40,}(?![A-Za-z0-9_/+.-])/g,
]
/** A secret after a word that announces it; the word stays. */
const ANNOUNCED: readonly RegExp[] = [
  /(\b(?:bearer|basic)\s+)([A-Za-z0-9._~+/=-]{6,})/gi,
  /([a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:)([^\s/@"']+)(?=@)/gi,
  /((?:\b|[_-])(?:\w*(?:token|passwo?r?d|secret|api[_-]?key|access[_-]?key|private[_-]?key|passphrase)|[\w-]*[_-](?:key|pwd|auth)|key|sig|auth)["']?\s*[=:]\s*["']?)([^\s"'&,;}]+)/gi,
]

/** Whether a name announces a secret value. */
export function isSecretName(name: string): boolean {
  return SECRET_KEY.test(name.replace(/([a-z])([A-Z])/g, '$1_$2')) && !PUBLIC_KEY.test(name)
}

/** A reference to a secret (`${NAME}`), which is none itself. */
export function isReference(value: string): boolean {
  return /^\$\{?[A-Z_][A-Z0-9_]*\}?$/i.test(value)
}

/** Whether a whole value has the look of a secret: only random letters and digits, and long. */
export function isSecretValue(value: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(value)) return true
  return (
    /^[A-Za-z0-9+/_=-]{40,}$/.test(value) &&
    !value.startsWith('/') &&
    [/[a-z]/, /[A-Z]/, /\d/].every(kind => kind.test(value))
  )
}

const PUBLIC_ENV =
  /^(?:TZ|LANG|LC_\w+|NODE_ENV|TERM|SHELL|USER|LOGNAME)$|(?:_|^)(?:PATH|DIR|HOME|FILE|PORT|HOST|MODEL|REGION|LEVEL|PROFILE|ROOT|ROOTS|ENABLED|MODE|CREDENTIALS)$/

/** Whether a variable's value is shown: not by its name a secret, and harmless by name or shape. */
export function isPublicVariable(name: string, value: string): boolean {
  if (value === '' || isReference(value)) return true
  if (/^[~/]/.test(value) && /(?:FILE|PATH|DIR|HOME|CREDENTIALS)$/.test(name)) return true
  if (isSecretName(name)) return false
  return PUBLIC_ENV.test(name) || /^(?:true|false|yes|no|on|off|\d{1,6}|[~/].*|\w+:\/\/[^\s@]*)$/i.test(value)
}

/** Takes everything out of a text that looks like a secret, and every secret that is known by value. */
export function scrub(text: string, known: Iterable<string> = []): string {
  let clean = text
  for (const secret of [...known].sort((left, right) => right.length - left.length))
    clean = clean.replaceAll(secret, MASK)
  for (const shape of SHAPES) clean = clean.replace(shape, MASK)
  for (const announced of ANNOUNCED) {
    clean = clean.replace(announced, (whole, word: string, secret: string) => {
      const isPlain =
        secret.startsWith(MASK) || isReference(secret) || /^(?:[~/{[]|true$|false$|null$|\d{1,6}$)/.test(secret)
      return isPlain ? whole : word + MASK
    })
  }
  return clean
}
