import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from '../path'
import type { Trace } from '../../shared/deletion'
import { readText } from '../bounded-read'
import { codeOf, reasonOf } from '../paths'
import { TIMES } from './cron-lines'
import { isInReach, traceOf, type Look } from './look'
import { linesOf, traceLine } from './lines'
import { isOfLogin, runOf } from './runs'
import { MENTION } from './shell-lines'

const MAX_LINES = 200
const MAX_FILES = 200
const MAX_FILE_BYTES = 1024 * 1024
/** What `run-parts` starts every so often, each file a program; on Alpine and macOS `periodic`. */
const SCRIPT_FOLDERS = [
  ...['hourly', 'daily', 'weekly', 'monthly'].map(name => `/etc/cron.${name}`),
  ...['15min', 'hourly', 'daily', 'weekly', 'monthly'].map(name => `/etc/periodic/${name}`),
  ...['daily', 'weekly', 'monthly'].map(name => `/usr/local/etc/periodic/${name}`),
]
/** What anacron runs, always as root: `period delay name command`. */
const ANACRON_TIMES = /^\s*(?:@\w+|\d+)\s+\d+\s+\S+\s+/
/** What a script may do beside and still do nothing but start OpenClaw. */
const TRIVIAL =
  /^(?:(?:if|then|else|elif|!)\s+)*(?:(?:set|cd|export|exit|test|\[\[?|command -v|umask|:|true)(?:\s.*)?|[A-Za-z_]\w*=\S*|then|else|fi)?$/
/** A script may give the program a name of its own first. */
const NAMED_PROGRAM = /^\s*(?:export\s+)?[A-Za-z_]\w*=["']?(\/\S*\/bin\/(?:openclaw|clawdbot|moltbot))["']?\s*$/

/** What one line, continued ones joined, does. */
interface Job {
  /** As they are in the file. */
  readonly lines: readonly string[]
  /** Null: nothing that is run. */
  readonly command: string | null
  /** Whom the schedule runs it as. */
  readonly user: string | null
}

/**
 * Files of the system's schedule with lines that run OpenClaw as this login, or this login's OpenClaw; apart from them lines
 * that merely name it. Only root may change them, and OCM leaves that to people.
 */
export function findSystemSchedule(look: Look): Trace[] {
  if (process.platform === 'win32') return []
  return files(look).flatMap(path => {
    try {
      return tracesIn(path, readText(path, MAX_FILE_BYTES, 'latin1').replaceAll('\0', ''), look)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') look.notSeen(path, reasonOf(error))
      return []
    }
  })
}

function files(look: Look): string[] {
  const inFolders = ['/etc/cron.d', ...SCRIPT_FOLDERS].flatMap(folder => filesIn(folder, look))
  return ['/etc/crontab', '/etc/anacrontab', ...inFolders].filter(path => isInReach(path, look.account.home))
}

function filesIn(folder: string, look: Look): string[] {
  try {
    const names = readdirSync(folder).sort()
    if (names.length > MAX_FILES) look.notSeen(folder, `Only the first ${MAX_FILES} files are looked into.`)
    return names.slice(0, MAX_FILES).map(name => join(folder, name))
  } catch (error) {
    // No cron, or one without such a folder.
    if (codeOf(error) !== 'ENOENT') look.notSeen(folder, reasonOf(error))
    return []
  }
}

function tracesIn(path: string, text: string, look: Look): Trace[] {
  const jobs = jobsOf(path, text)
  const running = jobs.filter(({ command }) => command !== null && runOf(command) !== null)
  const ours = running.filter(job => isOurs(job, look))
  if (ours.length < running.length) {
    look.notSeen(path, 'Lines there run OpenClaw as another account; those stay.')
  }
  const found = naming(ours)
  const others = naming(jobs.filter(job => !running.includes(job)))
  const facts = { path, needsRoot: true }
  // A table of the system itself is never anybody's alone.
  const isWholeFile = dirname(path) !== '/etc' && jobs.every(job => ours.includes(job) || isTrivial(job))
  return [
    ...(found.length === 0
      ? []
      : [
          traceOf(
            { kind: 'cron-lines', key: path },
            { ...facts, lines: found, ...(isWholeFile ? { isWholeFile } : {}) },
          ),
        ]),
    ...(others.length === 0
      ? []
      : [
          traceOf(
            { kind: 'cron-lines', key: `${path}#own`, name: `${path} (lines that people wrote)` },
            { ...facts, lines: others, isOwn: true },
          ),
        ]),
  ]
}

function isOurs({ command, user }: Job, { account }: Look): boolean {
  const { as } = runOf(command ?? '') ?? { as: null }
  return isOfLogin(command ?? '', as === null ? user : as.user, account)
}

/** Just those that a witness, who knows no forms, would see. */
function naming(jobs: readonly Job[]): Trace['lines'] {
  const lines = jobs.flatMap(job => job.lines).filter(line => MENTION.test(line))
  return lines.slice(0, MAX_LINES).map(traceLine)
}

function isTrivial({ command }: Job): boolean {
  return command === null || command.split(/&&|\|\||;/).every(part => TRIVIAL.test(part.trim()))
}

function jobsOf(path: string, text: string): Job[] {
  if (SCRIPT_FOLDERS.includes(dirname(path))) return scriptJobs(linesOf(text), isRun(path))
  const times = path === '/etc/anacrontab' ? ANACRON_TIMES : TIMES
  return linesOf(text).map(line => {
    const [due] = times.exec(line) ?? []
    if (/^\s*#/.test(line) || due === undefined) return { lines: [line], command: null, user: null }
    const rest = line.slice(due.length)
    if (times === ANACRON_TIMES) return { lines: [line], command: rest, user: 'root' }
    // Whom it runs as stands between its times and its command.
    const [, user = null, command = ''] = /^(\S+)\s+(.*)$/.exec(rest) ?? []
    return { lines: [line], command, user }
  })
}

/** Lines of a shell script; one that ends with a backslash goes on in the next. Nothing of a file that is not run does anything. */
function scriptJobs(lines: readonly string[], isRun: boolean): Job[] {
  const jobs: { lines: string[]; command: string | null; user: string }[] = []
  let isOpen = false
  for (const line of lines) {
    const job: (typeof jobs)[number] | undefined = isOpen ? jobs.at(-1) : undefined
    const isComment: boolean = job === undefined && /^\s*(?:#|$)/.test(line)
    isOpen = !isComment && line.endsWith('\\')
    const piece = isOpen ? line.slice(0, -1) : line
    if (job === undefined) {
      const command = NAMED_PROGRAM.exec(piece)?.[1] ?? piece
      jobs.push({ lines: [line], command: isComment || !isRun ? null : command, user: 'root' })
    } else {
      job.lines.push(line)
      if (job.command !== null) job.command = `${job.command} ${piece}`
    }
  }
  return jobs
}

/** `run-parts` passes over what is not executable. */
function isRun(path: string): boolean {
  return (statSync(path).mode & 0o111) !== 0
}
