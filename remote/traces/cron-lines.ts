import type { Trace } from '../../shared/deletion'
import { readCrontab } from '../crontab'
import { traceOf, type Look } from './look'
import { linesOf, traceLine } from './lines'
import { runOf } from './runs'
import { MENTION } from './shell-lines'

const MAX_LINES = 200
/** When a line of a crontab is due, before what it runs. */
export const TIMES = /^\s*(?:@\w+|(?:\S+\s+){4}\S+)\s+/

/** Lines of the login's own crontab that run OpenClaw, and apart from them those that merely name it. */
export async function findCronLines(look: Look): Promise<Trace[]> {
  try {
    const all = linesOf((await readCrontab(look.account.home)) ?? '')
    const { user } = look.account
    const name = `crontab of ${user}`
    return [
      ...cronTrace({ kind: 'cron-lines', key: user, name }, all.filter(runsOpenClaw), false),
      ...cronTrace(
        { kind: 'cron-lines', key: `${user}#own`, name: `${name} (lines of your own)` },
        all.filter(line => MENTION.test(line) && !runsOpenClaw(line)),
        true,
      ),
    ]
  } catch (error) {
    look.notSeen('The crontab', (error as Error).message)
    return []
  }
}

function cronTrace(id: Parameters<typeof traceOf>[0], lines: readonly string[], isOwn: boolean): Trace[] {
  if (lines.length === 0) return []
  return [traceOf(id, { lines: lines.slice(0, MAX_LINES).map(traceLine), ...(isOwn ? { isOwn } : {}) })]
}

/** Whether a line of a crontab starts OpenClaw. One that merely names its files (a backup of them, say) does not. */
function runsOpenClaw(line: string): boolean {
  return !/^\s*#/.test(line) && TIMES.test(line) && runOf(line.replace(TIMES, '')) !== null
}
