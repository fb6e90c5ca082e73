const TITLE = /^(.*\/)?(openclaw|clawdbot|moltbot)(-[a-z-]+)?$/
const SCRIPT =
  /(^|[\\/])((openclaw|clawdbot|moltbot)\.mjs|(openclaw|clawdbot|moltbot)[\\/]dist[\\/](index|entry)\.m?js|bin[\\/](openclaw|clawdbot|moltbot)|openclaw\.cmd)$/

/**
 * Whether these words belong to a process of OpenClaw: its title (running processes rewrite their words), or one of the
 * scripts it is started through. Editors and shells that merely name such a file are not meant: only the program and the
 * first words that can be its script count.
 */
export function isOpenClaw(argv: readonly string[]): boolean {
  const [program = '', ...words] = argv
  if (TITLE.test(program)) return true
  const isRuntime = /(^|[\\/])(node|nodejs|bun|node-\d+|node-MainThread)(\.exe)?$/i.test(program)
  return isRuntime && words.some(word => SCRIPT.test(word))
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
