import type { PublicError } from '../../shared/errors'
import type { Operation, Plan, Progress, Step, StepStatus } from '../../shared/plan'
import { bytesText, momentText } from '../../shared/units'
import { commandLine } from '../ssh/quote'

/** Where a command's words go: people on stderr and stdout, programs on stdout alone as one JSON value. */
export interface Output {
  readonly isJson: boolean
  /** The command's result. */
  result(value: unknown, text: () => string): void
  /** One of many results, as it comes: text, or with `--json` a JSON value on a line of its own. */
  line(value: unknown): void
  /** A word about what is going on; never part of the result. */
  say(text: string): void
  error(error: PublicError): void
}

/** Writes for people or for programs. */
export function createOutput(isJson: boolean): Output {
  let hasResult = false
  return {
    isJson,
    result: (value, text) => {
      hasResult = true
      process.stdout.write(`${isJson ? JSON.stringify(value, null, 2) : harmless(text())}\n`)
    },
    line: value => {
      hasResult = true
      process.stdout.write(`${isJson || typeof value !== 'string' ? JSON.stringify(value) : harmless(value)}\n`)
    },
    say: text => void process.stderr.write(`${harmless(text)}\n`),
    error: error => {
      // One value only: a result that was given says itself how it went.
      if (isJson && !hasResult) process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`)
      process.stderr.write(harmless(`${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`))
    },
  }
}

/**
 * Text without what a terminal would obey or show in another order: names come from nodes, and a node may not be what it
 * seems. Line breaks and tabs stay.
 */
export function harmless(text: string): string {
  return text.replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

/** Rows in aligned columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (sofar, row) => row.map((cell, index) => Math.max(sofar[index] ?? 0, cell.length)),
    [],
  )
  return rows
    .map(row =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A plan, as one reads it before a run. */
export function planText(plan: Plan): string {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title, ...lines.map(line => `  ${line}`)]
  return [
    plan.sentence,
    ...section(
      'What is carried',
      plan.carried
        .filter(part => part.isChosen)
        .map(part => `${part.component}: ${part.what} (${bytesText(part.size.bytes)})`),
    ),
    ...section(
      'What is rewritten',
      plan.rewrites
        .filter(row => row.class !== 'keep')
        .map(row => `[${row.class}] ${row.id}: ${row.from} -> ${row.to}`),
    ),
    ...section(
      'Differences',
      plan.differences.filter(row => row.change !== 'kept').map(row => `${row.change}: ${row.path}`),
    ),
    ...section(
      'To decide (--decide <id>=<option>)',
      plan.decisions.map(
        one =>
          `${one.id}${one.chosen === null ? '' : ` = ${one.chosen}`}: ${one.title} [${one.options.map(option => option.id).join(' | ')}]`,
      ),
    ),
    ...section(
      'In the way',
      plan.blockers.map(one => `${one.text} ${one.wayOut}`),
    ),
    ...section('Good to know', plan.notes),
    ...section('Steps', plan.steps.map(stepText)),
    ...section('Way back', [plan.wayBack]),
  ].join('\n')
}

function stepText(step: Step, index: number): string {
  // Of what deletes, every word counts.
  const detail = step.action.type === 'delete' || step.action.type === 'quarantine' ? `\n       ${step.detail}` : ''
  const commands =
    'commands' in step.action ? step.action.commands.map(words => `\n       $ ${commandLine(words)}`) : []
  return `${String(index + 1).padStart(2)}. ${step.title}${detail}${commands.join('')}`
}

const WORDS: Record<StepStatus['state'], string> = {
  waiting: 'waiting',
  running: '...',
  done: 'done',
  failed: 'FAILED',
  unknown: 'unknown',
  skipped: 'skipped',
  'needs-you': 'needs you',
  undone: 'taken back',
}

/** One step's end, as a line. */
export function statusText(plan: Plan, status: StepStatus): string {
  const step = plan.steps.find(one => one.id === status.stepId)
  const said = status.error === null ? status.note : `${status.error.message} ${status.error.hint ?? ''}`
  return `${WORDS[status.state].padEnd(10)} ${step?.title ?? status.stepId}. ${said}`.trimEnd()
}

/** Progress as one short line. */
export function progressText(progress: Progress): string {
  const total = progress.totalBytes === null ? '' : ` of ${bytesText(progress.totalBytes)}`
  return `${bytesText(progress.doneBytes)}${total}, ${bytesText(progress.bytesPerSecond)}/s  ${progress.current}`
}

/** A run's end, with its proof. */
export function operationText(operation: Operation): string {
  const proof = operation.proof.map(row => [row.verdict, row.what, `expected ${row.expected}`, `found ${row.found}`])
  const verdict = operation.state === 'done' ? 'Done and proven.' : `Ended as ${operation.state}.`
  return [
    ...(proof.length === 0 ? [] : ['Proof', table(proof)]),
    verdict,
    ...(operation.error === null ? [] : [operation.error.message, operation.error.hint ?? '']),
    ...(operation.state === 'cleaning-up' ? [`Retry what is left with: ocm resume ${operation.id}`] : []),
    ...(operation.state === 'interrupted' ? [`Go on with: ocm resume ${operation.id}`] : []),
    ...(operation.keptUntil === undefined ? [] : [`Put aside until ${momentText(operation.keptUntil)}, then removed.`]),
  ].join('\n')
}
