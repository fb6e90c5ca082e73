import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How one call of the command line ended. */
export interface OcmAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** The JSON value on standard output. */
  json(): unknown
}

/** The built command line with a data folder of its own. */
export interface Ocm extends Disposable {
  readonly dataDir: string
  /** Runs one command with `--json`. `input` goes to its standard input, as secrets do. */
  run(words: readonly string[], input?: string): Promise<OcmAnswer>
  /** Starts one command without waiting, e.g. to kill it; `env` is added for it alone. */
  start(
    words: readonly string[],
    env?: Readonly<Record<string, string>>,
    input?: string,
  ): { readonly pid: number; kill(): void; readonly ended: Promise<OcmAnswer> }
}

const OUT = join(import.meta.dirname, '../../out')
const CLI = join(OUT, 'main/cli.js')
/** Tests start it hundreds of times: Node compiles it once. */
const COMPILED = join(OUT, 'compiled')

/** Makes a data folder for the command line; it goes with the block. `env` is added to the environment, e.g. of a keyring. */
export function startOcm(env: Readonly<Record<string, string>> = {}): Ocm {
  const dataDir = mkdtempSync(join(tmpdir(), 'ocm-data-'))
  const start: Ocm['start'] = (words, more = {}, input = '') => {
    const child = spawn(process.execPath, [CLI, '--data-dir', dataDir, '--json', '--verbose', ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILED, ...env, ...more },
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.stdin.end(input)
    const ended = new Promise<OcmAnswer>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', code =>
        resolve(answer(code ?? -1, Buffer.concat(out).toString(), Buffer.concat(err).toString())),
      )
    })
    return { pid: child.pid ?? 0, kill: () => void child.kill('SIGKILL'), ended }
  }
  return {
    dataDir,
    start,
    run: (words, input) => start(words, {}, input).ended,
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

function answer(code: number, stdout: string, stderr: string): OcmAnswer {
  return {
    code,
    stdout,
    stderr,
    json: () => {
      try {
        return JSON.parse(stdout) as unknown
      } catch (cause) {
        throw new Error(`Not JSON (exit ${code}): ${stdout.slice(0, 2000)}\n${stderr.slice(-4000)}`, { cause })
      }
    },
  }
}
