import { resolve } from 'node:path'

/** The data folder asked for, absolute; `--data-dir <path>` or `--data-dir=<path>` goes before the environment. */
export function chosenDataDir(argv: readonly string[], fromEnvironment: string | undefined): string | null {
  const at = argv.findIndex(word => word === '--data-dir' || word.startsWith('--data-dir='))
  const word = argv[at]
  const given = word === '--data-dir' ? argv[at + 1] : word?.slice('--data-dir='.length)
  const path = at >= 0 ? given : fromEnvironment
  return path === undefined || path === '' ? null : resolve(path)
}
