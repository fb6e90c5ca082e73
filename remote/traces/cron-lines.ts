import type { Trace } from '../../shared/deletion'
import { readCrontab } from '../crontab'
import { isOpenClaw } from '../recognize'
import { traceOf, type Look } from './look'
import { linesOf, traceLine } from './lines'

const MAX_LINES = 200
const TIMES = /^\s*(?:@\w+|(?:\S+\s+){4}\S+)\s+/
/** Words that merely start another program. */
const STARTERS =
  /^(?:(?:\/usr)?\/bin\/)?(?:env|nohup|exec|setsid|nice|ionice|time|timeout|command|sudo|flock|sh|bash|zsh|dash|systemd-run)$/

/** Lines of the login's own crontab that run OpenClaw. */
export async function findCronLines(look: Look): Promise<Trace[]> {
  try {
    const text = await readCrontab(look.account.home)
    const lines = linesOf(text ?? '').filter(runsOpenClaw)
    if (lines.length === 0) return []
    const found = lines.slice(0, MAX_LINES).map(traceLine)
    return [
      traceOf(
        { kind: 'cron-lines', key: look.account.user, name: `crontab of ${look.account.user}` },
        { lines: found },
      ),
    ]
  } catch (error) {
    look.notSeen('The crontab', (error as Error).message)
    return []
  }
}

/** Whether a line of a crontab starts OpenClaw. One that merely names its files (a backup of them, say) does not. */
export function runsOpenClaw(line: string): boolean {
  if (/^\s*#/.test(line) || !TIMES.test(line)) return false
  const command = line.replace(TIMES, '').replace(/["'`]/g, ' ')
  return command.split(/&&|\|\||[;|&(){}]/).some(part => {
    const words = part.trim().split(/\s+/)
    const at = words.findIndex(word => !isPrelude(word))
    return at >= 0 && isOpenClaw(words.slice(at).map(word => word.replace(/^~|^\$HOME|^\$\{HOME\}/, '/home/x')))
  })
}

function isPrelude(word: string): boolean {
  return STARTERS.test(word) || /^[A-Za-z_]\w*=/.test(word) || /^-/.test(word) || /^\d+[smh]?$/.test(word)
}
