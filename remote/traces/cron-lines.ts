import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Trace } from '../../shared/deletion'
import { readText } from '../bounded-read'
import { readCrontab } from '../crontab'
import { codeOf, reasonOf } from '../paths'
import { isOpenClaw } from '../recognize'
import { isInReach, traceOf, type Look } from './look'
import { linesOf, traceLine } from './lines'
import { MENTION } from './shell-lines'

const MAX_LINES = 200
const MAX_FILES = 200
const MAX_FILE_BYTES = 1024 * 1024
const TIMES = /^\s*(?:@\w+|(?:\S+\s+){4}\S+)\s+/
/** Words that merely start another program. */
const STARTERS =
  /^(?:(?:\/usr)?\/bin\/)?(?:env|nohup|exec|setsid|nice|ionice|time|timeout|command|sudo|flock|sh|bash|zsh|dash|systemd-run)$/

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

/** Lines of the system's schedule that run OpenClaw as this login. Only root may change them, and OCM leaves that to people. */
export function findSystemCronLines(look: Look): Trace[] {
  return systemTables(look).flatMap(path => {
    try {
      const lines = linesOf(readText(path, MAX_FILE_BYTES, 'latin1')).filter(line =>
        runsOpenClaw(withoutUser(line).line),
      )
      const own = lines.filter(line => withoutUser(line).user === look.account.user)
      if (own.length < lines.length) look.notSeen(path, 'Lines there run OpenClaw as another account; those stay.')
      if (own.length === 0) return []
      const found = own.slice(0, MAX_LINES).map(traceLine)
      return [traceOf({ kind: 'cron-lines', key: path }, { path, needsRoot: true, lines: found })]
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') look.notSeen(path, reasonOf(error))
      return []
    }
  })
}

function systemTables({ account }: Look): string[] {
  let names: string[] = []
  try {
    names = readdirSync('/etc/cron.d').sort()
  } catch {
    // No cron, or one without such a folder.
  }
  const paths = ['/etc/crontab', ...names.slice(0, MAX_FILES).map(name => join('/etc/cron.d', name))]
  return paths.filter(path => isInReach(path, account.home))
}

/** A line of the system's schedule names who it runs as, between its times and its command. */
function withoutUser(line: string): { readonly line: string; readonly user: string | null } {
  const [times = ''] = TIMES.exec(line) ?? []
  const [, user = null, command = ''] = /^(\S+)\s+(.*)$/.exec(line.slice(times.length)) ?? []
  return { line: `${times}${command}`, user }
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
