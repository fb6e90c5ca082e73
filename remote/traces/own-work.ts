import { runCommand } from '../run-command'

const GIT_LIMIT_MS = 10_000

/** What a person would lose with this checkout; null when git says that all of it is elsewhere too. */
export async function ownWork(root: string): Promise<string | null> {
  // Nothing of the repository's own configuration may run: it belongs to whoever made the checkout.
  const git = (...words: string[]) =>
    runCommand(['git', '-C', root, '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...words], {
      limitMs: GIT_LIMIT_MS,
      env: { GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
    })
  try {
    const status = await git('status', '--porcelain')
    if (status.code !== 0) return 'Git could not tell whether there is work of your own in it.'
    // What is merely gone is no work: half of the checkout may have been removed before.
    if (status.stdout.split('\n').some(line => line !== '' && !/^( D|D ) /.test(line)))
      return 'There is work of your own in it that is not committed.'
    const log = await git('log', '--branches', '--not', '--remotes', '--format=%h', '--max-count=1')
    return log.stdout.trim() === '' ? null : 'There are commits of your own in it that are nowhere else.'
  } catch {
    return 'Git is not there to tell whether there is work of your own in it.'
  }
}
