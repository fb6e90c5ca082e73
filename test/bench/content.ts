/** Scripts that fill a profile on a machine; they run on its own Node. */

const HELPERS = `
const fs = require('node:fs'), path = require('node:path'), crypto = require('node:crypto')
const root = path.join(process.env.HOME, '.openclaw-bench')
let seed = 1
const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff
const WORDS = 'the gateway agent answers a message with tool call result file path config error retry session memory note plan list done user asks for backup of node and then waits until morning because nothing else was due today'.split(' ')
const words = count => Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ')
const put = (name, bytes) => {
  const file = path.join(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  fs.writeFileSync(file, bytes, { mode: 0o600 })
}
const entry = () => JSON.stringify({ type: 'message', id: crypto.randomUUID(), parentId: crypto.randomUUID(), timestamp: new Date(1.79e12 + random() * 1e9).toISOString(), message: { role: random() < 0.5 ? 'user' : 'assistant', content: [{ type: 'text', text: words(20 + Math.floor(random() * 120)) }], usage: { input: Math.floor(random() * 9e4), output: Math.floor(random() * 4e3) } } }) + '\\n'
const transcript = bytes => { let text = ''; while (text.length < bytes) text += entry(); return text }
const noise = (name, bytes) => {
  const file = path.join(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const fd = fs.openSync(file, 'w', 0o600)
  for (let at = 0; at < bytes; at += 8 << 20) fs.writeSync(fd, crypto.randomBytes(Math.min(8 << 20, bytes - at)))
  fs.closeSync(fd)
}
put('openclaw.json', JSON.stringify({ gateway: { mode: 'local', port: 18999 }, agents: { list: [{ id: 'main' }] } }, null, 2))
`

/** One gigabyte (times `scale`): 5,000 transcripts of about 120 KB, 200 MB that do not compress, a database of 200 MB. */
export function payload(scale: number): string {
  return `${HELPERS}
const { DatabaseSync } = require('node:sqlite')
// Transcripts differ, as real ones do: each is made of its own ids and of sentences of its own order.
for (let number = 0; number < ${Math.round(5000 * scale)}; number++) put('agents/main/sessions/' + crypto.randomUUID() + '.jsonl', transcript(120000))
noise('media/inbound/film.mp4', ${200e6 * scale})
fs.mkdirSync(path.join(root, 'memory'), { recursive: true, mode: 0o700 })
const database = new DatabaseSync(path.join(root, 'memory/main.sqlite'))
database.exec('PRAGMA journal_mode = WAL; CREATE TABLE chunks (id INTEGER PRIMARY KEY, text TEXT, embedding BLOB); BEGIN')
const insert = database.prepare('INSERT INTO chunks (text, embedding) VALUES (?, ?)')
for (let row = 0; row < ${Math.round(40000 * scale)}; row++) insert.run(words(160), crypto.randomBytes(4096))
database.exec('COMMIT')
database.close()
`
}

/** Changes about one percent of {@link payload}: 50 transcripts grow, 2 MB of the film and 400 rows are other ones. */
export function onePercent(scale: number): string {
  return `${HELPERS}
const { DatabaseSync } = require('node:sqlite')
seed = Date.now() & 0x7fffffff
const folder = path.join(root, 'agents/main/sessions')
for (const name of fs.readdirSync(folder).slice(0, ${Math.round(50 * scale)})) fs.appendFileSync(path.join(folder, name), transcript(120000))
const fd = fs.openSync(path.join(root, 'media/inbound/film.mp4'), 'r+')
fs.writeSync(fd, crypto.randomBytes(${2e6 * scale}), 0, ${2e6 * scale}, ${60e6 * scale})
fs.closeSync(fd)
const database = new DatabaseSync(path.join(root, 'memory/main.sqlite'))
const update = database.prepare('UPDATE chunks SET text = ?, embedding = ? WHERE id = ?')
database.exec('BEGIN')
for (let row = ${Math.round(20000 * scale)}; row < ${Math.round(20400 * scale)}; row++) update.run(words(160), crypto.randomBytes(4096), row)
database.exec('COMMIT')
database.close()
`
}

/** Files of 500 MB each that do not compress, of `gigabytes` GB together. */
export function noiseOf(gigabytes: number): string {
  return `${HELPERS}
for (let number = 0; number < ${gigabytes * 2}; number++) noise('media/inbound/film-' + number + '.mp4', 500e6)
`
}

/** So many bytes in so many files of one size, as conversations of the default profile. */
export function stateOf(bytes: number, files: number): string {
  return `
const fs = require('node:fs'), path = require('node:path'), crypto = require('node:crypto')
const folder = path.join(process.env.HOME, '.openclaw/agents/main/sessions')
fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
const text = crypto.randomBytes(${Math.round(bytes / files)})
for (let number = 0; number < ${files}; number++) fs.writeFileSync(path.join(folder, crypto.randomUUID() + '.jsonl'), text, { mode: 0o600 })
`
}
