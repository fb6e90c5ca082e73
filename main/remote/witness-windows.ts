import { AppError } from '../../shared/errors'
import { SECOND } from '../../shared/units'
import type { Connection } from '../ssh/types'
import { runScript, type Script } from './powershell'
import { windowsQuestions } from './witness-windows-scripts'
import type { Questions } from './testimony'

/** PowerShell takes a second or two to start; on a busy machine longer. For one question, ms. */
const LIMIT_MS = 60 * SECOND

/**
 * Asks a Windows machine in several small questions over one connection. What one of them cannot tell, or does not tell to its
 * end, has no fact; a machine that does not say that it is Windows has none at all.
 * @returns lines `ocm-fact TAB kind TAB ...`, one character per byte.
 */
export async function askWindows(connection: Connection, questions: Questions, signal?: AbortSignal): Promise<string> {
  const [first, ...others] = windowsQuestions(questions)
  const begun = first === undefined ? '' : await ask(connection, first, signal)
  if (!begun.includes('ocm-fact\tsystem\tWindows\n')) return END
  const answers = [begun]
  for (const question of others) answers.push(await ask(connection, question, signal))
  return [...answers, ...enabledFacts(answers.join(''), questions), NOTHING_LIKE_IT, END].join('')
}

const END = 'ocm-fact\tend\n'

/** Windows has neither a crontab nor services that linger. */
const NOTHING_LIKE_IT = 'ocm-fact\tcrontab\tcomplete\nocm-fact\tlinger\tnone\n'

/** @returns the facts of one question; none where it was not answered to its end. */
async function ask(connection: Connection, question: Script, signal?: AbortSignal): Promise<string> {
  try {
    const options = signal === undefined ? { limitMs: LIMIT_MS } : { limitMs: LIMIT_MS, signal }
    const { code, stdout } = await runScript(connection, question, options)
    const answer = stdout.toString('latin1').replaceAll('\r\n', '\n')
    return code === 0 && answer.endsWith(`ocm-fact\tanswered\t${question.purpose}\n`) ? answer : ''
  } catch (error) {
    // A question that hangs tells nothing; a line that is gone, or a cancel, ends the look.
    if (error instanceof AppError && (error.code === 'timeout' || error.code === 'output-too-large')) return ''
    throw error
  }
}

/** Whether each task that was asked about would start by itself, from the list of all. */
function enabledFacts(answers: string, { paths = [], ports = [], healthPorts = [], units = [] }: Questions): string[] {
  if (!answers.includes('ocm-fact\ttasks\tcomplete\n')) return []
  const enabled = new Set(
    [...answers.matchAll(/^ocm-fact\ttask\t([^\t\n]*)\t\d+\t1$/gm)].map(([, name = '']) => textOf(name).toLowerCase()),
  )
  const at = paths.length + ports.length + healthPorts.length + 1
  return units.map(
    ({ name }, index) => `ocm-fact\tenabled\t${at + index}\t${enabled.has(name.toLowerCase()) ? 'yes' : 'no'}\n`,
  )
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
