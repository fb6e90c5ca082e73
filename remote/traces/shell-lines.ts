import { readdirSync } from 'node:fs'
import { isAbsolute, join } from '../path'
import type { Trace } from '../../shared/deletion'
import { readText } from '../bounded-read'
import { codeOf, display, reasonOf } from '../paths'
import { isInReach, statsOf, traceOf, type Look } from './look'
import { linesOf, traceLine } from './lines'
import { lookAtWindows } from '../windows/look'
import { needsRootFor } from './removal'

const FILES = [
  ...['.bashrc', '.bash_profile', '.bash_login', '.bash_completion', '.profile', '.kshrc', '.mkshrc'],
  ...[
    '.zshrc',
    '.zshenv',
    '.zprofile',
    '.zlogin',
    '.config/zsh/.zshrc',
    '.config/zsh/.zprofile',
    '.config/zsh/.zshenv',
  ],
  ...['.config/fish/config.fish', '.config/powershell/Microsoft.PowerShell_profile.ps1'],
]
const MAX_LINES = 200
const MAX_FILE_BYTES = 4 * 1024 * 1024

const COMPLETIONS = String.raw`["']?[^\s"';&|]*/\.(?:openclaw|clawdbot|moltbot)(?:-[^/\s"']+)?/completions/[^\s"'/;&|]+["']?`
const SOURCE = String.raw`(?:source|\.)\s+${COMPLETIONS}`
const TEST = String.raw`(?:\[\[? -[efrs] ${COMPLETIONS} \]\]?|test -[efrs] ${COMPLETIONS})`
const BIN = String.raw`[^\s"':;]*/\.(?:openclaw|clawdbot|moltbot)(?:-[^/\s"':]+)?(?:/[^\s"':;]+)*/bin`
const NAME = '(?:openclaw|clawdbot|moltbot)'

/** The first line of the block that OpenClaw writes for completions. */
export const HEADING = new RegExp(`^# ${NAME} completion$`, 'i')
/** Lines as OpenClaw and its installers write them, whole: anything else was written by a person. */
const FORMS: readonly RegExp[] = [
  HEADING,
  new RegExp(`^(?:${TEST}\\s*(?:&&|; and)\\s*)?${SOURCE}(?:\\s*\\|\\| true)?$`),
  new RegExp(`^source <\\(${NAME} completion[^;&|]*\\)$`),
  new RegExp(`^eval "?\\$\\(${NAME} completion[^;&|]*\\)"?$`),
  new RegExp(`^${NAME} completion [^;&|]*\\| source$`),
  new RegExp(`^(?:export )?PATH=["']?(?:${BIN}:\\$\\{?PATH\\}?|\\$\\{?PATH\\}?:${BIN})["']?$`),
  new RegExp(`^fish_add_path (?:-\\S+ )*["']?${BIN}["']?$`),
  new RegExp(`^set -g?x PATH ["']?${BIN}["']? \\$PATH$`),
  // PowerShell, where a quote in a path is doubled.
  new RegExp(
    String.raw`^\. (?:'(?:[^']|'')*[\\/]\.${NAME}(?:-[^\\/']+)?[\\/]completions[\\/][^\\/']+'|\S*[\\/]\.${NAME}(?:-[^\\/\s]+)?[\\/]completions[\\/][^\\/\s;&|]+)$`,
  ),
  new RegExp(String.raw`^${NAME} completion [^;&|]*\| Out-String \| Invoke-Expression$`, 'i'),
]
const HALF = new RegExp(`^${TEST}\\s*&&\\s*\\\\$`)
/** Whether a line names OpenClaw in any way: the witness sees just these. */
export const MENTION = /(openclaw|clawdbot|moltbot)/i

/** The shell start-up files of a home, whether they exist or not. */
export async function startUpFiles(home: string): Promise<string[]> {
  const zsh = process.env['ZDOTDIR']
  const moved =
    zsh !== undefined && isAbsolute(zsh) ? ['.zshrc', '.zshenv', '.zprofile'].map(name => join(zsh, name)) : []
  const profiles = process.platform === 'win32' ? await powerShellProfiles(home) : []
  return [...new Set([...FILES.map(name => join(home, name)), ...moved, ...profiles])]
}

const PROFILES = ['profile.ps1', 'Microsoft.PowerShell_profile.ps1', 'Microsoft.VSCode_profile.ps1']

/** Windows may keep the documents in a cloud's folder, or wherever the account has moved them. */
async function powerShellProfiles(home: string): Promise<string[]> {
  const { account } = await lookAtWindows(['account'])
  const told = account.state === 'known' ? account.value.documents : null
  const clouds = namesIn(home).filter(name => /^OneDrive/i.test(name))
  const documents = [told, join(home, 'Documents'), ...clouds.map(name => join(home, name, 'Documents'))]
  return documents
    .flatMap(folder => (folder === null ? [] : ['PowerShell', 'WindowsPowerShell'].map(name => join(folder, name))))
    .flatMap(folder => PROFILES.map(name => join(folder, name)))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // What is not told of the home is noted among the state directories.
  }
}

/** Lines of OpenClaw's own form in shell start-up files, and apart from them those that a person wrote. */
export async function findShellLines(look: Look): Promise<Trace[]> {
  return (await startUpFiles(look.account.home)).flatMap(path => {
    const stats = statsOf(path)
    if (stats === undefined || !isInReach(path, look.account.home)) return []
    try {
      const text = readText(path, MAX_FILE_BYTES, 'latin1')
      return text.startsWith(WIDE) ? wideTraces(path, text) : tracesIn(path, linesOf(text))
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') look.notSeen(display(path), reasonOf(error))
      return []
    }
  })
}

/** How UTF-16 begins, which PowerShell reads and OpenClaw does not write. */
const WIDE = 'ÿþ'

function wideTraces(path: string, text: string): Trace[] {
  const lines = linesOf(text.slice(WIDE.length).replaceAll('\0', '')).filter(line => MENTION.test(line))
  return lines.length === 0 ? [] : [ownLines(path, lines)]
}

function tracesIn(path: string, lines: readonly string[]): Trace[] {
  const isLink = statsOf(path)?.isSymbolicLink() === true
  const own = new Map<string | null, string[]>()
  const others: string[] = []
  lines.forEach((line, index) => {
    if (isOurs(lines, index)) {
      const profile = profileIn(lines, index)
      own.set(profile, [...(own.get(profile) ?? []), line])
    } else if (MENTION.test(line)) others.push(line)
  })
  const needsRoot = needsRootFor(path)
  const traces = [...own].map(([profile, found]) =>
    traceOf(
      { kind: 'shell-lines', key: profile === null ? path : `${path}#${profile}`, name: path },
      {
        path,
        profile,
        needsRoot,
        refusal: isLink ? 'The file is a link, which OCM does not replace; take the lines out where it leads.' : null,
        lines: found.slice(0, MAX_LINES).map(traceLine),
      },
    ),
  )
  return others.length === 0 ? traces : [...traces, ownLines(path, others)]
}

function ownLines(path: string, lines: readonly string[]): Trace {
  const id = { kind: 'shell-lines', key: `${path}#own`, name: `${path} (lines of your own)` } as const
  return traceOf(id, { path, isOwn: true, lines: lines.slice(0, MAX_LINES).map(traceLine) })
}

/** By form, and not part of a longer construct: what is left must still be a whole script. */
export function isOurs(lines: readonly string[], index: number): boolean {
  const line = lines[index]?.trim() ?? ''
  const before = lines[index - 1]?.trim() ?? ''
  if (HALF.test(line)) return FORMS.some(form => form.test(lines[index + 1]?.trim() ?? ''))
  if (!FORMS.some(form => form.test(line))) return false
  if (before.endsWith('\\')) return HALF.test(before)
  return !/(^|[\s;])(then|do|else|\{|and|or)$|(&&|\|\||\|)$/.test(before) || before.startsWith('#')
}

/** Whose completions they are; the heading goes with the line that follows it. */
function profileIn(lines: readonly string[], index: number): string | null {
  const line = lines[index] ?? ''
  const text = /^\s*#/.test(line) ? (lines[index + 1] ?? '') : line
  const [, name, suffix] = /[\\/]\.(openclaw|clawdbot|moltbot)(?:-([^\\/\s"':]+))?[\\/]/.exec(text) ?? []
  if (name === undefined) return null
  return suffix ?? (name === 'openclaw' ? 'default' : name)
}
