import { execFile } from 'node:child_process'

/** What a read-only command of the node said. */
export interface CommandOutput {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const MAX_OUTPUT_BYTES = 1024 * 1024

/**
 * A look leaves nothing behind. A login shell's own files may call npm or other programs of Node (version managers do), which
 * would write logs and compiled code.
 */
const TRACELESS = {
  NODE_DISABLE_COMPILE_CACHE: '1',
  npm_config_cache: '/dev/null',
  npm_config_update_notifier: 'false',
}

/** Runs a program directly (no shell) and ends it by `limitMs`. @throws when it is not there, was ended, or printed too much. */
export function runCommand(
  argv: readonly [string, ...string[]],
  options: {
    readonly limitMs: number
    readonly env?: NodeJS.ProcessEnv
    /** Goes to its stdin. */
    readonly input?: string
    /** `latin1` keeps bytes that are not UTF-8 as they are. */
    readonly encoding?: 'utf8' | 'latin1'
  },
): Promise<CommandOutput> {
  const [program, ...words] = argv
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      words,
      {
        timeout: options.limitMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        env: { ...process.env, ...TRACELESS, LC_ALL: 'C', ...options.env },
        windowsHide: true,
        encoding: options.encoding ?? 'utf8',
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr })
        else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr })
        else if (error.killed === true) reject(new Error(`${program} did not answer within ${options.limitMs} ms`))
        else reject(new Error(`${program} could not be run: ${error.message}`))
      },
    )
    child.stdin?.on('error', () => undefined) // It may end without reading; how it ended tells.
    child.stdin?.end(options.input ?? '', options.encoding ?? 'utf8')
  })
}
