import { Option, type Command } from 'commander'
import { Component } from '../../shared/components'
import { AppError } from '../../shared/errors'
import { PlanOptions, type Operation, type Plan } from '../../shared/plan'
import { fullId } from './backups'
import { findNode, type CommandContext } from './context'
import { operationText, planText, progressText, statusText, table } from './output'
import type { Act } from './program'

interface RunOptions {
  readonly preview?: boolean
  readonly clone?: boolean
  readonly components?: readonly string[]
  readonly profile?: string
  readonly set?: readonly string[]
  readonly decide?: readonly string[]
  readonly rehash?: boolean
}

const planned = (command: Command): Command =>
  command
    .option('--preview', 'show the plan and change nothing')
    .addOption(new Option('--components <name...>', 'what is taken').choices(Component.options))
    .option('--profile <name>', 'OpenClaw profile', 'default')
    .option('--rehash', 'read every file again, also those that look as they did for the last backup')

const placed = (command: Command): Command =>
  planned(command)
    .option('--set <id=value...>', 'another value for a row of the rewrites')
    .option('--decide <id=option...>', 'answer a question of the plan')

/** `ocm backup`, `restore`, `migrate`, `resume`, `roll-back`, `return`, `runs`, `audit`. */
export function addRunCommands(program: Command, act: Act): void {
  planned(program.command('backup <node>').description('back a node up; its gateway keeps running')).action(
    act(async (context, [name = ''], options: RunOptions) =>
      runOrShow(
        context,
        await context.services.planner.backup(findNode(context.services, name).id, planOptions(options)),
        options,
      ),
    ),
  )
  placed(program.command('restore <backup> <node>').description('bring a backup onto a node')).action(
    act(async (context, [backup = '', name = ''], options: RunOptions) => {
      const { services } = context
      const id = await fullId(services, backup)
      const node = findNode(services, name)
      await runOrShow(context, await services.planner.restore(id, node.id, planOptions(options)), options)
    }),
  )
  placed(
    program
      .command('migrate <source> <target>')
      .description('carry a node’s OpenClaw set-up onto another; the source is stopped')
      .option('--clone', 'copy it: both stay, the copy gets an identity of its own and its channels are off'),
  ).action(
    act(async (context, [from = '', to = ''], options: RunOptions) => {
      const { services } = context
      const plan = await services.planner.migrate(
        findNode(services, from).id,
        findNode(services, to).id,
        planOptions(options),
      )
      await runOrShow(context, plan, options)
    }),
  )
  program
    .command('resume <run>')
    .description('go on with an interrupted run, or retry what a deletion left')
    .action(act((context, [id = '']) => follow(context, context.services.operations.resume(findRun(context, id).id))))
  program
    .command('roll-back <run>')
    .description('take back what an interrupted or failed run did')
    .action(
      act((context, [id = '']) =>
        follow(context, context.services.operations.rollBack(findRun(context, id).id), 'returned'),
      ),
    )
  program
    .command('return <run>')
    .description('undo a finished run from its safety backup')
    .option('--preview', 'show the plan and change nothing')
    .action(
      act(async (context, [id = ''], options: RunOptions) =>
        runOrShow(context, await context.services.planner.goBack(findRun(context, id)), options),
      ),
    )
  program.command('runs').description('all runs, newest first').action(act(listRuns))
  program.command('audit').description('what OCM did, in order').action(act(listAudit))
}

function planOptions(options: RunOptions): PlanOptions {
  return PlanOptions.parse({
    ...(options.components === undefined ? {} : { components: options.components }),
    mode: options.clone === true ? 'clone' : 'move',
    profile: options.profile ?? 'default',
    set: pairs(options.set ?? [], '--set'),
    decisions: pairs(options.decide ?? [], '--decide'),
    ...(options.rehash === true ? { rehash: true } : {}),
  })
}

/** `id=value` words; the id may hold `=` only in front of the last one that leaves a value. */
function pairs(words: readonly string[], name: string): Record<string, string> {
  return Object.fromEntries(
    words.map(word => {
      const at = word.indexOf('=')
      if (at <= 0) throw new AppError('bad-input', `${name} takes id=value, not ${word}.`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}

/** Runs a plan to its end, or only shows it. */
export async function runOrShow(
  context: CommandContext,
  plan: Plan,
  options: Pick<RunOptions, 'preview'>,
): Promise<void> {
  if (options.preview === true) {
    context.output.result(plan, () => planText(plan))
    return
  }
  context.output.say(planText(plan))
  const stop = announce(context)
  try {
    const operation = await context.services.operations.run(plan.id)
    await follow(context, operation)
  } finally {
    stop[Symbol.dispose]()
  }
}

/** Waits for a run's end. Anything but the wanted end is a failure of the command. */
export async function follow(
  { services, output }: CommandContext,
  started: Operation,
  wanted: Operation['state'] = 'done',
): Promise<void> {
  const onInterrupt = (): void => {
    output.say('Ending after this step, and taking the way back …')
    services.operations.cancel(started.id)
  }
  process.once('SIGINT', onInterrupt)
  const operation = await services.operations.settled(started.id)
  process.off('SIGINT', onInterrupt)
  output.result(operation, () => operationText(operation))
  const isProven = operation.proof.every(row => row.verdict === 'proven' || row.byHand !== undefined)
  if (operation.state !== wanted || (wanted === 'done' && !isProven)) {
    const error = operation.error
    throw new AppError(error?.code ?? 'check-failed', error?.message ?? `The run ended as ${operation.state}.`, {
      ...(error?.hint === undefined ? {} : { hint: error.hint }),
    })
  }
}

/** Says how each step goes. */
export function announce({ services, output }: CommandContext): Disposable {
  let lastProgress = 0
  return services.bus.listen((event, data) => {
    if (event !== 'stepChanged') return
    const { operationId, status } = data as { operationId: string; status: Operation['steps'][number] }
    if (status.state === 'waiting') return
    if (status.state !== 'running') output.say(statusText(services.operations.get(operationId).plan, status))
    else if (status.progress !== null && Date.now() - lastProgress > 1000) {
      lastProgress = Date.now()
      output.say(`           ${progressText(status.progress)}`)
    }
  })
}

/** A run by the beginning of its id. */
export function findRun({ services }: CommandContext, id: string): Operation {
  const found = services.operations.list().filter(operation => operation.id.startsWith(id))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  throw new AppError('not-found', found.length === 0 ? `There is no run "${id}".` : `"${id}" fits several runs.`, {
    hint: 'ocm runs shows them.',
  })
}

function listRuns({ services, output }: CommandContext): Promise<void> {
  const all = services.operations.list()
  output.result(all, () =>
    all.length === 0
      ? 'No runs yet.'
      : table(all.map(run => [run.id.slice(0, 8), run.startedAt, run.plan.kind, run.state, run.plan.sentence])),
  )
  return Promise.resolve()
}

function listAudit({ services, output }: CommandContext): Promise<void> {
  const broken = services.audit.verify()
  const entries = services.audit.list({})
  output.result({ isIntact: broken === null, entries }, () =>
    [
      ...entries.map(entry => `${entry.at}  ${entry.what}  ${entry.nodeLabel ?? ''}  ${entry.text}`),
      broken === null ? 'The chain is intact.' : `The chain is broken at entry ${broken.seq}.`,
    ].join('\n'),
  )
  if (broken !== null) throw new AppError('database-damaged', `The audit log was changed at entry ${broken.seq}.`)
  return Promise.resolve()
}
