/** What stands where something secret was. */
export const MASK = '•••'
const RULES: readonly (readonly [RegExp, string])[] = [
  [/\b(\d{3,20}):[A-Za-z0-9_-]{20,}/g, `$1:${MASK}`],
  [/\b(sk|pk|rk|xox[abprs]|gh[pousr])[-_][A-Za-z0-9_-]{12,}/g, `$1-${MASK}`],
  [/\b(bearer)\s+[^\s"']{8,}/gi, `$1 ${MASK}`],
  [/(:\/\/[^\s/:@]+:)[^\s/@]+@/g, `$1${MASK}@`],
  [
    /((?:pass(?:word|phrase|wd)?|secret|token|(?:api|private|access)[_-]?key|auth\w*|credentials?|cookie)["']?(?:\s*[=:]\s*|\s+))("(?:[^"\\]|\\.)*"|'[^']*'|[^\s;&|"']+)/gi,
    `$1${MASK}`,
  ],
  [/(?<![\w/.-])[A-Za-z0-9+_-]{32,}={0,2}(?![\w/.-])/g, MASK],
]
const MAX_LENGTH = 300

/** A line of somebody's file for people to read: without what may be secret, without control characters, cut short. */
export function masked(line: string): string {
  const plain = line.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, ' ').trim()
  const clean = RULES.reduce((text, [pattern, by]) => text.replace(pattern, by), plain)
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean
}
