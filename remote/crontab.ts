import { accessSync, constants } from 'node:fs'
import { commandFolders, dirname, join } from './path'
import { AppError } from '../shared/errors'
import { runCommand } from './run-command'
import { isInReach } from './traces/look'

const LIMIT_MS = 10_000

/**
 * The login's own crontab, one character per byte; null when there is none, or no cron at all.
 * @throws when it is there but cannot be read.
 */
export async function readCrontab(home: string): Promise<string | null> {
  const program = crontabProgram(home)
  if (program === null) return null
  const { stdout, stderr, code } = await runCommand([program, '-l'], { limitMs: LIMIT_MS, encoding: 'latin1' })
  if (code === 0) return stdout
  if (/no crontab/i.test(stderr)) return null
  throw new AppError('command-failed', `crontab -l: ${stderr.trim().slice(0, 200) || `ended with ${code}`}`)
}

/** Replaces the crontab; one without any line is removed. @throws AppError `command-failed`. */
export async function writeCrontab(text: string, home: string): Promise<void> {
  const program = crontabProgram(home) ?? 'crontab'
  const isEmpty = text.trim() === ''
  const { stderr, code } = await runCommand([program, isEmpty ? '-r' : '-'], {
    limitMs: LIMIT_MS,
    encoding: 'latin1',
    ...(isEmpty ? {} : { input: text }),
  })
  if (code !== 0)
    throw new AppError('command-failed', `crontab: ${stderr.trim().slice(0, 200) || `ended with ${code}`}`)
}

function crontabProgram(home: string): string | null {
  if (process.platform === 'win32') return null
  const paths = [...commandFolders(), '/usr/bin', '/bin', '/usr/local/bin'].map(folder => join(folder, 'crontab'))
  return paths.find(path => isInReach(dirname(path), home) && isRunnable(path)) ?? null
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false // Not there.
  }
}
