const FAMILY = 'openclaw|clawdbot|moltbot'
const TITLE = /^(.*\/)?(openclaw|clawdbot|moltbot)(-[a-z-]+)?$/
const SCRIPT =
  /(^|[\\/])((openclaw|clawdbot|moltbot)\.mjs|(openclaw|clawdbot|moltbot)[\\/]dist[\\/](index|entry)\.m?js|bin[\\/](openclaw|clawdbot|moltbot)|openclaw\.cmd)$/
/** Workers of the package have scripts of their own; they are OpenClaw's as much as the one that started them. */
const PACKAGE_SCRIPT = new RegExp(`[\\\\/](${FAMILY})[\\\\/]dist[\\\\/].+\\.m?js$`)
const RUNTIME = /(^|[\\/])(node|nodejs|bun|node-\d+|node-MainThread)(\.exe)?$/i

/**
 * Whether these words belong to a process of OpenClaw: its title (running processes rewrite their words), or one of the
 * scripts it is started through. Editors and shells that merely name such a file are not meant: only the program and the
 * first words that can be its script count.
 */
export function isOpenClaw(argv: readonly string[]): boolean {
  const [program = '', ...words] = argv
  if (TITLE.test(program)) return true
  return RUNTIME.test(program) && words.some(word => SCRIPT.test(word))
}

/** Whether a Node.js runs some script of the package, its workers included. */
export function isPackageScript(argv: readonly string[]): boolean {
  const [program = '', ...words] = argv
  return RUNTIME.test(program) && words.some(word => PACKAGE_SCRIPT.test(word))
}

/** What follows `openclaw-` in a process's title; '' for `openclaw` alone, null when it has no title of OpenClaw. */
export function titleOf(argv: readonly string[]): string | null {
  const found = TITLE.exec(argv[0] ?? '')
  return found === null ? null : (found[3]?.slice(1) ?? '')
}

/** The words that follow OpenClaw's script; null when no such script is among the words. */
export function commandOf(argv: readonly string[]): readonly string[] | null {
  const at = argv.findIndex((word, index) => index > 0 && SCRIPT.test(word))
  return at < 0 ? null : argv.slice(at + 1)
}

/** What a process of OpenClaw is for, as far as its words and variables tell. */
export function roleOf(argv: readonly string[], environment: ReadonlyMap<string, string> | null): Role {
  const [program = '', ...words] = argv
  const title = TITLE.exec(program)?.[3]
  if (title === '-gateway') return 'gateway'
  if (title === '-node') return 'node-host'
  const kind = environment?.get('OPENCLAW_SERVICE_KIND')
  if (kind === 'gateway') return 'gateway'
  if (kind === 'node') return 'node-host'
  const at = words.findIndex(word => SCRIPT.test(word))
  const command = words.slice(at + 1).filter(word => !word.startsWith('-'))
  if (command[0] === 'gateway') return 'gateway'
  if (command[0] === 'node' && command[1] === 'run') return 'node-host'
  return 'other'
}
export type Role = 'gateway' | 'node-host' | 'other'
