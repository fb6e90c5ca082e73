import { readFileSync, statSync } from 'node:fs'
import { windowsWords } from '../../shared/windows-words'
import { dirname, wordAsPath } from '../path'

/** What starts OpenClaw on Windows, as `gateway.cmd` says it. */
export interface Launcher {
  /** The program and its words, paths with slashes. */
  readonly words: readonly string[]
  readonly environment: ReadonlyMap<string, string>
}

const MAX_BYTES = 256 * 1024
const MAX_DEPTH = 3
const NAMED = String.raw`(?:[A-Za-z]:)?[\\/]`
const QUOTED = new RegExp(String.raw`"(${NAMED}[^"*?<>|]*[\\/](?:gateway|node)\.(?:cmd|vbs))"`, 'i')
const BARE = new RegExp(String.raw`(?:^|\s)(${NAMED}[^\s"*?<>|]*[\\/](?:gateway|node)\.(?:cmd|vbs))(?=\s|$)`, 'i')
const FAMILY = /openclaw|clawdbot|moltbot/i

/** The launcher that a command line or an action runs, with slashes; null when it runs none. */
export function launcherIn(line: string): string | null {
  const found = (QUOTED.exec(line) ?? BARE.exec(line))?.[1]
  const whole = /^(?:[A-Za-z]:)?[\\/][^"*?<>|]*[\\/](?:gateway|node)\.(?:cmd|vbs)$/i.test(line) ? line : undefined
  const path = whole ?? found
  return path === undefined ? null : wordAsPath(path, 'win32')
}

/** Whether a file of such a name is OpenClaw's: others have a `gateway.cmd` too. One that is gone is judged by its folder. */
export function isOwnLauncher(path: string): boolean {
  if (FAMILY.test(dirname(path))) return true
  try {
    return FAMILY.test(launcherText(path))
  } catch {
    return false // Not there, or closed to us.
  }
}

/** What a launcher starts, through as many others as lie in between; null when it cannot be told. */
export function readLauncher(path: string, depth = 0): Launcher | null {
  try {
    const text = launcherText(path)
    const isScript = /\.cmd$/i.test(path)
    if (isScript && !/^start\s/i.test(lastLine(text))) return commandIn(text)
    const next = launcherIn(isScript ? lastLine(text) : text.replaceAll('""', '"'))
    return next === null || depth >= MAX_DEPTH ? null : readLauncher(next, depth + 1)
  } catch {
    return null // Not there, or closed to us.
  }
}

/**
 * The text of a launcher. OpenClaw writes `.vbs` as UTF-16 and `.cmd` in the code page of the console: what is not ASCII there
 * may be told wrong. @throws a system error.
 */
function launcherText(path: string): string {
  if (!statSync(path).isFile()) throw new Error(`${path} is not a file`)
  const bytes = readFileSync(path).subarray(0, MAX_BYTES)
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  return isWide ? bytes.subarray(2).toString('utf16le') : bytes.toString('utf8')
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '')
}

function lastLine(text: string): string {
  return linesOf(text).at(-1) ?? ''
}

function commandIn(text: string): Launcher | null {
  const environment = new Map<string, string>()
  for (const line of linesOf(text)) {
    if (/^@|^(?:rem|::|cd|chcp|title|setlocal)\b/i.test(line)) continue
    const [, quoted, bare] = /^set\s+(?:"([^"]*)"|(.*))$/i.exec(line) ?? []
    const assignment = quoted ?? bare
    if (assignment === undefined) return { words: commandWords(line), environment }
    const at = assignment.indexOf('=')
    if (at > 0) environment.set(assignment.slice(0, at), unescaped(assignment.slice(at + 1)))
  }
  return null
}

/** Without what only cmd reads: `< NUL`, and signs that are doubled for it. */
function commandWords(line: string): string[] {
  const plain = unescaped(line.replace(/\s+(?:\d?>>?|<)\s*(?:"[^"]*"|\S+)/g, ''))
  return windowsWords(plain).map(word => wordAsPath(word, 'win32'))
}

function unescaped(text: string): string {
  return text.replaceAll('%%', '%').replace(/\^(.)/g, '$1')
}
