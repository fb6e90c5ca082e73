import { Option, type Command } from 'commander'
import type { Certificate } from '../../shared/deletion'
import { DeletionOptions } from '../../shared/deletion'
import { AppError, toPublic } from '../../shared/errors'
import type { NodeRecord } from '../../shared/node'
import type { Operation, Plan } from '../../shared/plan'
import { renderCertificate, type CertificateFormat } from '../deletion/render'
import { forget } from '../nodes/forget'
import { findNode, type CommandContext } from './context'
import { deletionText, runLines } from './delete-text'
import { operationText, planText } from './output'
import type { Act } from './program'
import { askName, typedName } from './prompt'
import { announce, findRun, follow, runOrShow } from './runs'

interface DeleteOptions {
  readonly preview?: boolean
  readonly profiles?: readonly string[]
  readonly workspaces?: readonly string[]
  readonly waiveBackup?: boolean
  readonly keepCopy?: boolean
  readonly peers?: readonly string[]
  readonly confirm?: readonly string[] | string
  readonly days?: string
  readonly withoutProof?: boolean
  readonly format?: CertificateFormat
}

/** How the deletion of one node ended. */
interface Ended {
  readonly node: string
  readonly operation: Operation | null
  readonly certificate: Certificate | null
  readonly error: ReturnType<typeof toPublic> | null
}

const chosen = (command: Command): Command =>
  command
    .option('--preview', 'show what goes and what stays, and change nothing')
    .option('--profiles <name...>', 'only these OpenClaw profiles; all without it')
    .option('--workspaces <path...>', 'workspaces outside the state directory that go too')
    .option('--waive-backup', 'delete without a backup; it stands in the audit log')
    .option('--peers <device id...>', 'records of the node on other nodes that go too, as the preview lists them')
    .option('--keep-copy', 'also leave a copy of the configuration under /tmp on the node')
    .option('--confirm <name...>', 'the node’s name, instead of typing it')

/** `ocm delete`, `quarantine`, `release`, `forget`, `certificate`. */
export function addDeleteCommands(program: Command, act: Act): void {
  chosen(
    program.command('delete <nodes...>').description('remove OpenClaw from nodes completely, and prove it'),
  ).action(act(deleteNodes))
  chosen(
    program
      .command('quarantine <node>')
      .description('stop a node now and delete it later; it can be brought back until then')
      .option('--days <number>', 'how long it waits', '7'),
  ).action(act(quarantine))
  program
    .command('release <node>')
    .description('bring a quarantined node back')
    .option('--preview', 'show the plan and change nothing')
    .action(
      act(async (context, [name = ''], options: DeleteOptions) => {
        const { services } = context
        await runOrShow(context, await services.deletionPlanner.release(findNode(services, name).id), options)
      }),
    )
  program
    .command('forget <node>')
    .description('take a node off the list without any proof; nothing changes on the machine')
    .option('--without-proof', 'say that you know')
    .option('--confirm <name>', 'the node’s name, instead of typing it')
    .action(
      act(async ({ services, output }, [name = ''], options: DeleteOptions) => {
        if (options.withoutProof !== true) {
          throw new AppError('bad-input', 'Forgetting proves nothing: what runs on the machine runs on.', {
            hint: 'Say that you know: --without-proof. To remove OpenClaw from it: ocm delete',
          })
        }
        const node = findNode(services, name)
        await forget(services, node.id, await typedName(node, options, 'forget it without proof'))
        output.result({ removed: node.id, isProven: false }, () => `${node.label} is off the list, without proof.`)
      }),
    )
  program
    .command('certificate <run>')
    .description('the proof of a deletion')
    .addOption(new Option('--format <kind>', 'how').choices(['json', 'html', 'markdown']).default('markdown'))
    .action(act(showCertificate))
}

function optionsOf(options: DeleteOptions): DeletionOptions {
  return DeletionOptions.parse({
    profiles: options.profiles ?? null,
    workspaces: options.workspaces ?? [],
    waiveBackup: options.waiveBackup ?? false,
    keepCopyOnNode: options.keepCopy ?? false,
    peers: options.peers ?? [],
  })
}

async function deleteNodes(context: CommandContext, names: readonly string[], options: DeleteOptions): Promise<void> {
  const { services, output } = context
  const nodes = [...new Map(names.map(name => findNode(services, name)).map(node => [node.id, node])).values()]
  const plans = await Promise.all(nodes.map(node => planned(context, node, options)))
  if (options.preview === true) {
    const shown = plans.map(({ plan, error, node }) => plan ?? { node: node.label, error })
    output.result(nodes.length === 1 ? shown[0] : shown, () => plans.map(previewText).join('\n\n'))
    refuseProblems(plans.flatMap(({ error }) => error ?? []))
    return
  }
  for (const one of plans) output.say(previewText(one))
  const confirmed = await confirmedNames(plans, options)
  const watching = announce(context)
  const ended = await Promise.all(plans.map(one => deleteOne(context, one, confirmed.get(one.node.id) ?? '')))
  watching[Symbol.dispose]()
  output.result(nodes.length === 1 ? ended[0] : ended, () => ended.map(endedText).join('\n\n'))
  refuseProblems(ended.filter(one => one.certificate?.isProven !== true).map(problemOf))
}

interface Planned {
  readonly node: NodeRecord
  readonly plan: Plan | null
  readonly error: ReturnType<typeof toPublic> | null
}

/** One that cannot be planned does not keep the others. */
async function planned({ services }: CommandContext, node: NodeRecord, options: DeleteOptions): Promise<Planned> {
  try {
    return { node, plan: await services.deletionPlanner.delete(node.id, optionsOf(options)), error: null }
  } catch (error) {
    return { node, plan: null, error: toPublic(error) }
  }
}

/** The name typed for each node: one `--confirm` each, or asked for on the terminal. */
async function confirmedNames(plans: readonly Planned[], options: DeleteOptions): Promise<ReadonlyMap<string, string>> {
  const given = options.confirm === undefined ? null : [options.confirm].flat()
  const typed = new Map<string, string>()
  for (const { node, plan } of plans) {
    if (plan === null || plan.blockers.length > 0) continue
    typed.set(node.id, given === null ? await askName(node, FOR_GOOD) : (given.find(name => name === node.label) ?? ''))
  }
  return typed
}

const FOR_GOOD = 'delete it for good'

async function deleteOne({ services }: CommandContext, { node, plan, error }: Planned, typed: string): Promise<Ended> {
  if (plan === null) return { node: node.label, operation: null, certificate: null, error }
  try {
    const started = await services.operations.run(plan.id, { typedName: typed })
    const onInterrupt = (): void => services.operations.cancel(started.id)
    process.once('SIGINT', onInterrupt)
    const operation = await services.operations.settled(started.id)
    process.off('SIGINT', onInterrupt)
    return { node: node.label, operation, certificate: services.certificates.get(operation.id), error: operation.error }
  } catch (failure) {
    return { node: node.label, operation: null, certificate: null, error: toPublic(failure) }
  }
}

async function quarantine(
  context: CommandContext,
  [label = '']: readonly string[],
  options: DeleteOptions,
): Promise<void> {
  const { services } = context
  const node = findNode(services, label)
  const days = Number(options.days ?? '7')
  if (!Number.isInteger(days) || days < 1 || days > 90) throw new AppError('bad-input', '--days takes 1 to 90.')
  const plan = await services.deletionPlanner.quarantine(node.id, days, optionsOf(options))
  if (options.preview === true) {
    await runOrShow(context, plan, options)
    return
  }
  context.output.say(planText(plan))
  const name = await typedName(node, options, FOR_GOOD)
  const watching = announce(context)
  try {
    await follow(context, await services.operations.run(plan.id, { typedName: name }))
  } finally {
    watching[Symbol.dispose]()
  }
}

function showCertificate(context: CommandContext, [id = '']: readonly string[], options: DeleteOptions): Promise<void> {
  const certificate = context.services.certificates.get(findRun(context, id).id)
  if (certificate === null) {
    throw new AppError('not-found', 'This run has no certificate.', { hint: 'Only a proven deletion has one.' })
  }
  const format = context.output.isJson ? 'json' : (options.format ?? 'markdown')
  context.output.result(certificate, () => renderCertificate(certificate, format).trimEnd())
  return Promise.resolve()
}

function previewText({ node, plan, error }: Planned): string {
  return plan === null ? `${node.label}: ${error?.message ?? ''}` : [planText(plan), deletionText(plan)].join('\n')
}

function endedText({ node, operation, certificate, error }: Ended): string {
  if (operation === null) return `${node}: not deleted. ${error?.message ?? ''}`
  return [node, operationText(operation), ...runLines(operation, certificate)].join('\n')
}

function problemOf({ node, operation, error }: Ended): ReturnType<typeof toPublic> {
  const hint = operation?.state === 'cleaning-up' ? `Retry what is left: ocm resume ${operation.id}` : error?.hint
  return {
    code: error?.code ?? 'check-failed',
    message: `${node}: ${error?.message ?? `not proven deleted (${operation?.state ?? 'not begun'}).`}`,
    ...(hint === undefined ? {} : { hint }),
  }
}

function refuseProblems(problems: readonly ReturnType<typeof toPublic>[]): void {
  const [first] = problems
  if (first === undefined) return
  const hint = problems.flatMap(problem => problem.hint ?? [])[0]
  throw new AppError(
    first.code,
    problems.map(problem => problem.message).join('\n'),
    hint === undefined ? {} : { hint },
  )
}
