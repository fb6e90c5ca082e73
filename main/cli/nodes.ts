import type { Command } from 'commander'
import { readFile, writeFile } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import type { Auth, NodeInput, NodeRecord, SecretKind } from '../../shared/node'
import { valueOf } from '../../shared/survey'
import { forget } from '../nodes/forget'
import { testStages } from '../nodes/test-stages'
import { exportNodes, importNodes } from '../nodes/transfer'
import { trustKnownHost } from '../ssh/known-hosts'
import { findNode, type CommandContext } from './context'
import { bytesText } from '../../shared/units'
import { table } from './output'
import { typedName } from './prompt'
import type { Act } from './program'

interface NodeOptions {
  readonly host?: string
  readonly port?: string
  readonly user?: string
  readonly label?: string
  readonly tag?: readonly string[]
  readonly auth?: string
  readonly key?: string
  readonly passphrase?: boolean
  readonly sudo?: boolean
  readonly protected?: boolean
}

const withNodeOptions = (command: Command): Command =>
  command
    .option('--host <host>', 'name or address')
    .option('--port <port>', 'SSH port (default 22)')
    .option('--user <user>', 'login name')
    .option('--label <label>', 'how OCM calls it')
    .option('--tag <tag...>', 'tags')
    .option('--auth <method>', 'password, key or agent')
    .option('--key <path>', 'private key file (means --auth key)')
    .option('--passphrase', 'the key has a passphrase, which is asked for')
    .option('--sudo', 'ask for a sudo password as well')
    .option('--protected', 'refuse to forget or delete it')
    .option('--no-protected', 'lift the protection')

/** `ocm nodes …`, `ocm survey`. */
export function addNodeCommands(program: Command, act: Act): void {
  const nodes = program.command('nodes').description('the machines OCM knows')
  withNodeOptions(
    nodes.command('add').description('add a node; its secret is asked for, or read with --secret-stdin'),
  ).action(
    act(async (context, _names, options: NodeOptions) => {
      const added = context.services.registry.add(inputOf(options, null))
      await storeSecrets(context, added, options)
      context.output.result(
        added,
        () => `Added ${added.label}. Trust its host key next: ocm nodes trust ${added.label}`,
      )
    }),
  )
  withNodeOptions(nodes.command('edit <node>').description('change a node')).action(
    act(async (context, [name = ''], options: NodeOptions) => {
      const before = findNode(context.services, name)
      const after = context.services.registry.edit(before.id, inputOf(options, before))
      if (before.host !== after.host || before.port !== after.port) context.services.hostKeys.forget(after.id)
      await storeSecrets(context, after, options)
      context.output.result(after, () => `Changed ${after.label}.`)
    }),
  )
  nodes.command('list').description('all nodes').action(act(listNodes))
  nodes
    .command('remove <node>')
    .description('forget a node and its secrets in OCM, without proof; nothing changes on the machine')
    .option('--confirm <name>', 'the node’s name, instead of typing it')
    .action(
      act(async ({ services, output }, [name = ''], options: { readonly confirm?: string }) => {
        const node = findNode(services, name)
        await forget(services, node.id, await typedName(node, options, 'forget it without proof'))
        output.result({ removed: node.id }, () => `${node.label} is off the list. The machine is as it was.`)
      }),
    )
  nodes
    .command('trust <node>')
    .description('show the host key; with --fingerprint, trust exactly that one')
    .option('--fingerprint <sha256>', 'as printed by ssh-keygen -lf, with SHA256:')
    .option('--replace', 'in place of the one known until now')
    .option('--known-hosts <file>', 'trust what this known_hosts file says of the node')
    .action(act(trust))
  nodes.command('test <node>').description('try the connection stage by stage').action(act(testNode))
  nodes
    .command('export <file>')
    .description('write all nodes to a file, without secrets')
    .action(
      act(async ({ services, output }, [file = '']) => {
        await writeFile(file, exportNodes(services), { mode: 0o600 })
        output.result({ file }, () => `Written to ${file}.`)
      }),
    )
  nodes
    .command('import <file>')
    .description('add the nodes of a file')
    .action(
      act(async ({ services, output }, [file = '']) => {
        const result = importNodes(services, await readFile(file, 'utf8'))
        output.result(result, () => [`${result.added} added.`, ...result.skipped].join('\n'))
      }),
    )
  program.command('survey [nodes...]').description('look at nodes (all by default)').action(act(survey))
}

function inputOf(options: NodeOptions, before: NodeRecord | null): NodeInput {
  const need = (value: string | undefined, name: string): string => {
    if (value === undefined) throw new AppError('bad-input', `--${name} is needed.`)
    return value
  }
  const host = need(options.host ?? before?.host, 'host')
  return {
    host,
    port: options.port === undefined ? (before?.port ?? 22) : Number(options.port),
    user: need(options.user ?? before?.user, 'user'),
    label: options.label ?? before?.label ?? host,
    tags: [...(options.tag ?? before?.tags ?? [])],
    auth: authOf(options, before),
    isProtected: options.protected ?? before?.isProtected ?? false,
  }
}

function authOf(options: NodeOptions, before: NodeRecord | null): Auth {
  const method = options.auth ?? (options.key === undefined ? (before?.auth.method ?? 'password') : 'key')
  switch (method) {
    case 'password':
    case 'agent':
      return { method }
    case 'key': {
      const keyPath = options.key ?? (before?.auth.method === 'key' ? before.auth.keyPath : undefined)
      if (keyPath === undefined) throw new AppError('bad-input', '--key is needed with --auth key.')
      return { method, keyPath }
    }
    default:
      throw new AppError('bad-input', `--auth is password, key or agent, not ${method}.`)
  }
}

/** Takes secrets from standard input line by line (login first, then sudo), or asks for them. */
async function storeSecrets(context: CommandContext, node: NodeRecord, options: NodeOptions): Promise<void> {
  const kinds: SecretKind[] = [
    ...(node.auth.method === 'password' && wantsSecret(context, options) ? (['password'] as const) : []),
    ...(node.auth.method === 'key' && options.passphrase === true ? (['passphrase'] as const) : []),
    ...(options.sudo === true ? (['sudo'] as const) : []),
  ]
  for (const [index, kind] of kinds.entries()) {
    const given = context.secrets[index]
    const secret = given === undefined || given === '' ? await context.ask(`${kind} of ${node.label}`) : given
    const kept = await context.services.secrets.set(node.id, kind, secret)
    if (kept === 'session') {
      throw new AppError('keychain-unavailable', 'There is no keychain, so the secret was not kept.', {
        hint: 'Unlock or install one (a Secret Service on Linux), or give the secret with --secret-stdin each time.',
      })
    }
  }
}

function wantsSecret(context: CommandContext, options: NodeOptions): boolean {
  return options.auth !== undefined || options.host !== undefined || context.options.secretStdin === true
}

async function listNodes({ services, output }: CommandContext): Promise<void> {
  const views = await services.fleet.list()
  output.result(views, () =>
    views.length === 0
      ? 'No nodes yet. Add one: ocm nodes add --host … --user …'
      : table(
          views.map(({ record, survey, secrets, hostKey }) => [
            record.label,
            `${record.user}@${record.host}:${record.port}`,
            record.auth.method,
            hostKey === null ? 'host key not trusted yet' : hostKey.fingerprint,
            secrets.length === 0 ? '' : `secrets: ${secrets.join(', ')}`,
            survey === null ? 'never surveyed' : `seen ${survey.at}`,
            record.tags.join(', '),
            record.isProtected ? 'protected' : '',
          ]),
        ),
  )
}

async function trust(
  { services, output }: CommandContext,
  [name = '']: readonly string[],
  options: { readonly fingerprint?: string; readonly replace?: boolean; readonly knownHosts?: string },
): Promise<void> {
  const node = findNode(services, name)
  if (options.knownHosts !== undefined) {
    const known = trustKnownHost(services.hostKeys, node, await readFile(options.knownHosts, 'utf8'))
    if (known === null) {
      throw new AppError('not-found', `That file says nothing new about ${node.host}.`, {
        hint: 'OCM keeps a key it knows; see it with: ocm nodes trust ' + node.label,
      })
    }
    output.result(known, () => `Trusted ${known.type} ${known.fingerprint} for ${node.label}.`)
    return
  }
  const stages = await testStages(services, node.id, () => undefined)
  const offered = stages.find(stage => stage.stage === 'host-key')
  const shown = offered?.hostKey ?? services.hostKeys.get(node.id)
  if (shown === null) {
    const failed = stages.find(stage => stage.state === 'failed')
    throw new AppError('connection-lost', failed?.text ?? 'The host key could not be read.', {
      ...(failed?.hint === undefined ? {} : { hint: failed.hint }),
    })
  }
  if (options.fingerprint === undefined) {
    output.result(
      shown,
      () =>
        `${shown.type} ${shown.fingerprint}\nCompare it with the machine’s own, then: ocm nodes trust ${node.label} --fingerprint ${shown.fingerprint}`,
    )
    return
  }
  const trusted = services.hostKeys.trust(node.id, options.fingerprint, { replace: options.replace === true })
  services.audit.append({
    what: options.replace === true ? 'host key replaced' : 'host key trusted',
    nodeId: node.id,
    nodeLabel: node.label,
    text: trusted.fingerprint,
  })
  output.result(trusted, () => `Trusted ${trusted.fingerprint} for ${node.label}.`)
}

async function testNode({ services, output }: CommandContext, [name = '']: readonly string[]): Promise<void> {
  const node = findNode(services, name)
  const stages = await testStages(services, node.id, stage => {
    if (stage.state !== 'running') output.say(`${stage.stage.padEnd(9)} ${stage.state.padEnd(8)} ${stage.text}`)
  })
  output.result(stages, () => '')
  const bad = stages.find(stage => stage.state !== 'ok')
  if (bad !== undefined) throw new AppError('check-failed', bad.text, bad.hint === undefined ? {} : { hint: bad.hint })
}

async function survey({ services, output }: CommandContext, names: readonly string[]): Promise<void> {
  const nodes = names.length === 0 ? services.registry.list() : names.map(name => findNode(services, name))
  const views = await Promise.all(nodes.map(node => services.fleet.survey(node.id)))
  output.result(views, () => views.map(viewText).join('\n\n'))
  const bad = views.find(view => view.reach !== 'online')
  if (bad?.problem)
    throw new AppError(
      bad.problem.code,
      `${bad.record.label}: ${bad.problem.message}`,
      bad.problem.hint === undefined ? {} : { hint: bad.problem.hint },
    )
}

function viewText({
  record,
  survey: seen,
  reach,
  problem,
}: Awaited<ReturnType<CommandContext['services']['fleet']['view']>>): string {
  if (seen === null || reach !== 'online') return `${record.label}: ${reach}. ${problem?.message ?? ''}`
  const install = valueOf(seen.openclaw)
  const disk = valueOf(seen.disk)
  const lines = seen.profiles.map(profile => {
    const many = (items: readonly unknown[] | undefined, word: string): string =>
      `${items?.length ?? 'unknown'} ${word}`
    return [
      `  ${profile.name}: ${profile.stateDir} (${profile.era})`,
      `gateway ${profile.gateway.health} on port ${profile.gateway.port ?? 'unknown'}`,
      many(valueOf(profile.agents), 'agents'),
      many(valueOf(profile.channels), 'channels'),
      many(
        valueOf(profile.cron)?.filter(job => !job.isSystem),
        'cron jobs',
      ),
      many(valueOf(profile.credentials), 'credentials'),
    ].join(', ')
  })
  return [
    `${record.label}: ${seen.os.name} ${seen.os.arch}, OpenClaw ${install === null ? 'not installed' : (install?.version ?? 'unknown')}, ${disk === undefined ? 'disk unknown' : `${bytesText(disk.freeBytes)} free of ${bytesText(disk.totalBytes)}`}`,
    ...lines,
    ...seen.warnings.map(warning => `  ! ${warning.text}`),
  ].join('\n')
}
