import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { AppError } from '../../shared/errors'
import type { NodeRecord } from '../../shared/node'

/** Asks on the terminal without showing what is typed. @throws AppError `credential-missing` without a terminal. */
export async function askSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new AppError('credential-missing', `${question} is needed, and there is no terminal to ask on.`, {
      hint: 'Give it on standard input with --secret-stdin.',
    })
  }
  process.stderr.write(`${question}: `)
  const silent = new Writable({ write: (_chunk, _encoding, next) => next() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

/** Lines of standard input, up to 64 KiB. */
export async function readSecretLines(): Promise<readonly string[]> {
  let text = ''
  for await (const chunk of process.stdin) {
    text += String(chunk)
    if (text.length > 64 * 1024) throw new AppError('bad-input', 'Standard input is too long for secrets.')
  }
  return text.split(/\r?\n/)
}

/** Asks on the terminal for something that may be seen. @throws AppError `bad-input` without a terminal. */
async function askLine(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new AppError('bad-input', 'The node’s name must be typed, and there is no terminal to ask on.', {
      hint: 'Give it with --confirm <name>.',
    })
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(`${question}: `)
  } finally {
    lines.close()
  }
}

/** Asks for a node's name before something that is not taken back. @throws AppError `bad-input` without a terminal. */
export function askName({ label }: NodeRecord, what: string): Promise<string> {
  return askLine(`Type the name of the node to ${what} (${label})`)
}

/** The node's name as given with `--confirm`, or as typed on the terminal. @throws AppError `bad-input` without a terminal. */
export async function typedName(
  node: NodeRecord,
  { confirm }: { readonly confirm?: readonly string[] | string },
  what: string,
): Promise<string> {
  return confirm === undefined ? askName(node, what) : ([confirm].flat()[0] ?? '')
}
