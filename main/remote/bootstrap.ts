import { gzipSync } from 'node:zlib'
import type { Preamble } from '../../shared/stream'

/**
 * What the node's Node runs first: reads the length-prefixed program from stdin, hands back what came after it, and runs it.
 * It ends when stdin does, or when no program came within a minute. Plain old JavaScript: it must load before we know
 * which Node this is.
 */
const LOADER = `
var input = process.stdin, parts = [], size = 0
function end() { process.exit(0) }
var timer = setTimeout(end, 60000)
function take() {
  var part
  while ((part = input.read()) !== null) { parts.push(part); size += part.length }
  if (size < 4) return
  var all = Buffer.concat(parts)
  parts = [all]
  var length = all.readUInt32BE(0)
  if (size < 4 + length) return
  clearTimeout(timer)
  input.removeListener('readable', take)
  input.removeListener('end', end)
  if (size > 4 + length) input.unshift(all.slice(4 + length))
  var source = require('zlib').gunzipSync(all.slice(4, 4 + length)).toString('utf8')
  var Module = require('module'), program = new Module('ocm')
  program.paths = []
  program._compile(source, 'ocm')
}
input.on('readable', take)
input.on('end', end)
`

/** Variables that would make Node load other code, print, or write files of its own; emptied for our process only. */
const QUIETED = ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'NODE_DEBUG', 'NODE_EXTRA_CA_CERTS', 'NODE_REDIRECT_WARNINGS']

/** How the node's login shell wants a program named. */
export type ShellKind = 'posix' | 'windows'

/**
 * The command line that starts Node with the loader. Everything but the path is fixed and free of `$`, backticks, `%`, `!` and
 * inner double quotes, so sh, csh, fish, cmd.exe and PowerShell all pass it through alike.
 */
export function bootstrapCommand(nodePath: string, shell: ShellKind): string {
  const loader = Buffer.from(LOADER, 'utf8').toString('base64')
  const program = `--no-warnings -e "eval(Buffer.from('${loader}','base64').toString())"`
  if (shell === 'windows') return `${/[\s"]/.test(nodePath) ? `"${nodePath}"` : nodePath} ${program}`
  // A machine may keep what Node compiles, as OpenClaw's doctor advises: our own start must not make that folder anew.
  const quiet = [...QUIETED.map(name => `${name}=`), 'NODE_DISABLE_COMPILE_CACHE=1'].join(' ')
  return `env ${quiet} ${quotedPath(nodePath)} ${program}`
}

/** The first bytes on stdin: the program with its preamble, packed and length-prefixed. */
export function packProgram(program: string, preamble: Preamble): Buffer {
  // Two members of one gzip stream: only the short one differs from start to start.
  const source = [gzipSync(`const ocmPreamble=${JSON.stringify(preamble)};`), packedOnce(program)]
  const length = Buffer.alloc(4)
  length.writeUInt32BE(source.reduce((sum, member) => sum + member.length, 0))
  return Buffer.concat([length, ...source])
}

let lastPacked: { readonly program: string; readonly bytes: Buffer } | null = null

/** Every node gets the same program, a watched one every minute. */
function packedOnce(program: string): Buffer {
  if (lastPacked?.program !== program) lastPacked = { program, bytes: gzipSync(program, { level: 9 }) }
  return lastPacked.bytes
}

/** Single quotes hold in every POSIX-like shell, csh and fish included; a quote itself is put between them. */
function quotedPath(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`
}
