/** Scripts that litter a node as the story tells; they run on its own Node. */

/** Two days: older than any limit that the benches use. */
const OLD_S = 48 * 3600

/** What the node is littered with. */
export interface Litter {
  readonly orphans: number
  readonly others: number
  /** Apparent size of each orphan. */
  readonly bytesEach: number
  /** About how large the live store is. */
  readonly storeBytes: number
}

/** What one conversation takes in the store below. */
const STORE_ENTRY_BYTES = 20_700

/**
 * Orphans of the session store among conversations, in the default profile, beside a live store. Sparse, so that 51 GB
 * need no room; the answers are the same, and so is what removing costs the file system's tree.
 */
export function litterOf({ orphans, others, bytesEach, storeBytes }: Litter): string {
  return `
const fs = require('node:fs'), path = require('node:path'), crypto = require('node:crypto')
const folder = path.join(process.env.HOME, '.openclaw/agents/main/sessions')
fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
const old = Date.now() / 1000 - ${OLD_S}
const has = fs.readdirSync(folder)
for (let number = 0; number < ${orphans}; number++) {
  const fd = fs.openSync(path.join(folder, 'sessions.json.' + crypto.randomUUID() + '.tmp'), 'w', 0o600)
  fs.ftruncateSync(fd, ${bytesEach})
  fs.futimesSync(fd, old, old)
  fs.closeSync(fd)
}
const text = 'x'.repeat(2000)
if (has.length < ${others}) for (let number = 0; number < ${others}; number++)
  fs.writeFileSync(path.join(folder, crypto.randomUUID() + '.jsonl'), text, { mode: 0o600 })
const skills = 'Use the tool with care, and never more often than it takes.\\n'.repeat(320)
const store = {}
for (let number = 0; number < ${Math.max(1, Math.round(storeBytes / STORE_ENTRY_BYTES))}; number++) store['agent:main:chat-' + number] = {
  sessionId: crypto.randomUUID(), updatedAt: 1789000000000 + number, model: 'echo', inputTokens: number,
  skillsSnapshot: { prompt: skills, skills: Array.from({ length: 10 }, (_all, index) => ({ name: 'skill-' + index })) },
}
fs.writeFileSync(path.join(folder, 'sessions.json'), JSON.stringify(store, null, 2), { mode: 0o600 })
`
}

/** What an admin types to see them: name, sizes and times of each. */
export const FIND =
  "find ~/.openclaw/agents/main/sessions -name 'sessions.json.*.tmp' -type f -mmin +60 -printf '%s %b %T@ %u %p\\n'"
/** And to be rid of them. */
export const FIND_DELETE = "find ~/.openclaw/agents/main/sessions -name 'sessions.json.*.tmp' -type f -mmin +60 -delete"
/** Prints a line for each remote program of OCM that runs in the home of whoever asks. */
export const LEFT_RUNNING = `for p in /proc/[0-9]*; do
  tr '\\0' '\\n' < $p/environ 2>/dev/null | grep -qx "HOME=$HOME" && tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep 'eval[(]Buffer[.]from[(]' ;
done; true`
