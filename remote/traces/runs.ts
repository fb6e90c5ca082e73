import { isOpenClaw } from '../recognize'
import { isBeneath } from '../path'

/** Words that merely start another program. */
const STARTERS =
  /^(?:\/(?:usr\/)?s?bin\/)?(?:env|nohup|exec|setsid|nice|ionice|time|timeout|command|sudo|doas|su|runuser|flock|sh|bash|zsh|dash|systemd-run)$/
/** Starters that may start it as another account. */
const SWITCHERS = /^(?:\/(?:usr\/)?s?bin\/)?(?:sudo|doas|su|runuser)$/
/** Words of the shell that stand before a command. */
const KEYWORDS = /^(?:if|then|elif|else|do|while|until|!)$/
const ACCOUNT = /^[A-Za-z_][\w.-]*$/

/** Whom a command runs something as; `user` is null where that cannot be told, as with a variable. */
export interface Switch {
  readonly user: string | null
}

/** How a command starts OpenClaw. */
export interface Run {
  /** Null: as whoever runs the command itself. */
  readonly as: Switch | null
}

/** How a command of a crontab, a script or a unit starts OpenClaw; null when it does not, be it that it names OpenClaw's files. */
export function runOf(command: string): Run | null {
  const parts = command.replace(/["'`]/g, ' ').split(/&&|\|\||[;|&(){}]/)
  let as: Switch | null = null
  for (const part of parts) {
    const { words, switched } = withoutPrelude(part.trim().split(/\s+/))
    as = switched ?? as
    if (isOpenClaw(words.map(word => word.replace(/^~|^\$HOME|^\$\{HOME\}/, '/home/x')))) return { as }
  }
  return null
}

/** Whether a command is this login's: it runs as the login, or with what lies in its home. `user` null: it cannot be told. */
export function isOfLogin(
  command: string,
  user: string | null,
  login: { readonly user: string; readonly home: string },
): boolean {
  if (user === null || user === login.user) return true
  return login.home !== '/' && command.split(/[\s"'`=:;]+/).some(word => isBeneath(word, login.home))
}

/** The words from the program on, and whom those before it switch to. */
function withoutPrelude(words: readonly string[]): {
  readonly words: readonly string[]
  readonly switched: Switch | null
} {
  let switched: Switch | null = null
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    // It asks where the program is, and does not run it.
    if (word === 'command' && /^-[vV]$/.test(words[at + 1] ?? '')) break
    if (SWITCHERS.test(word)) {
      const { user, length } = accountIn(word, words.slice(at + 1))
      switched = { user }
      at += length
    } else if (/(?:^|\/)flock$/.test(word)) at += lockLength(words.slice(at + 1))
    else if (!isPrelude(word)) return { words: words.slice(at), switched }
  }
  return { words: [], switched }
}

function isPrelude(word: string): boolean {
  return (
    STARTERS.test(word) ||
    KEYWORDS.test(word) ||
    /^[A-Za-z_]\w*=/.test(word) ||
    /^-/.test(word) ||
    /^\d+[smh]?$/.test(word)
  )
}

/** `sudo -u ada`, `runuser -u ada`, `su - ada`: the account, and how many words name it. Nobody named is root. */
function accountIn(switcher: string, words: readonly string[]): Switch & { readonly length: number } {
  const isPlain = /(?:su|runuser)$/.test(switcher)
  const named = (word: string, length: number) => ({ user: ACCOUNT.test(word) ? word : null, length })
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const inOne = /^(?:--user=|-u)(.+)$/.exec(word)?.[1]
    if (inOne !== undefined) return named(inOne, at + 1)
    if (word === '-u' || word === '--user') return named(words[at + 1] ?? '', at + 2)
    // The command comes before the account, which then stands somewhere behind it.
    if (word === '-c' || word === '--command') return { user: null, length: 0 }
    if (word.startsWith('-')) continue
    // What `su` names first is the account; what `sudo` names first is the program.
    return isPlain ? named(word, at + 1) : { user: 'root', length: 0 }
  }
  return { user: 'root', length: 0 }
}

/** How many words belong to `flock` before its command: its options and the file it locks. */
function lockLength(words: readonly string[]): number {
  return words.findIndex(word => !/^-/.test(word) && !/^\d+$/.test(word)) + 1
}
