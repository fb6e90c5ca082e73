import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../shared/errors'
import type { Action, Argv } from '../../shared/plan'
import { valueOf, type ServiceFacts } from '../../shared/survey'
import { MINUTE, SECOND } from '../../shared/units'
import { gatewayService, removeByManager } from '../openclaw/commands'
import { installOf, isRunning, profileOf, type NodeFacts } from '../plan/facts'
import type { Connection, ExecResult } from '../ssh/types'
import { resolveInstalled } from './command'
import { runMark } from './left-commands'
import { userBus } from './user-bus'
import { countUp, onAbort } from './waiting'
import { done, mayTakeAway, type ActionContext, type Means, type Outcome, type Performer } from './types'

type Service = Extract<Action, { type: 'service' }>

/** Drives a node's service manager. What the node shows afterwards decides, never the exit status. */
export const service: Performer<'service'> = (action, context, means) => {
  switch (action.verb) {
    case 'stop':
      return stop(action, context, means)
    case 'start':
      return start(action, context, means)
    case 'install':
      return install(action, context, means)
    case 'uninstall':
      return uninstall(action, context, means)
    case 'put-back':
      return putBack(action, context, means)
    case 'tidy':
      return tidy(action, context, means)
    case 'enable-linger':
      return enableLinger(action, context, means)
    case 'disable-linger':
      return disableLinger(action, context, means)
  }
}

async function stop(action: Service, context: ActionContext, means: Means): Promise<Outcome> {
  const before = await means.look(action.nodeId, context.signal)
  if (isStopped(before, action.profile)) return done('It was stopped already.')
  const waiting = countUp(context, 'Waiting for the gateway to end')
  const ending =
    action.commands.length > 0 ? runCommands(action, before, context, means) : terminate(action, before, means)
  using forced = onAbort(context.force)
  ending.catch(ignoreOnceForced)
  let result: ExecResult | undefined
  try {
    result = (await Promise.race([ending, forced.fired])) ?? undefined
  } finally {
    waiting[Symbol.dispose]()
  }
  if (context.force.aborted) await terminate(action, await means.look(action.nodeId), means, 'SIGKILL')
  const after = await untilStopped(action, context, means)
  return isStopped(after, action.profile)
    ? done('Stopped: no process, and nothing answers on its port.')
    : stillThere(signsOfLife(after, action.profile), result)
}

function stillThere(signs: string, result: ExecResult | undefined): Outcome {
  const said = result === undefined || result.code === 0 ? '' : ` The command to stop it ended with ${result.code}.`
  return {
    state: 'failed',
    note: 'It still runs.',
    error: {
      code: 'check-failed',
      message: `The gateway did not end: ${signs}.${said}`,
      hint: 'Force it, or look at its log on the node.',
    },
  }
}

async function untilStopped(action: Service, context: ActionContext, means: Means): Promise<NodeFacts> {
  const until = Date.now() + 10 * SECOND
  for (;;) {
    const facts = await means.look(action.nodeId, context.signal)
    if (isStopped(facts, action.profile) || Date.now() > until) return facts
    await sleep(500)
  }
}

/** What still shows a gateway, in words. */
function signsOfLife(facts: NodeFacts, name: string): string {
  const profile = profileOf(facts, name)
  const unit = gatewayService(profile)
  const signs = [
    ...((unit?.mainPid ?? 0) > 0 ? [`its unit has process ${unit?.mainPid ?? 0}`] : []),
    ...(typeof profile?.gateway.pid === 'number' ? [`process ${profile.gateway.pid} is its gateway`] : []),
    ...(profile?.gateway.health === 'live' ? [`port ${profile.gateway.port ?? 0} answers`] : []),
    ...(isOnTheMove(unit) ? [`its unit is ${stateOf(unit)}`] : []),
    ...(isUntold(unit) ? ['the service manager does not tell what its unit does'] : []),
  ]
  return signs.join(', ')
}

function isStopped(facts: NodeFacts, name: string): boolean {
  const profile = profileOf(facts, name)
  if (profile === undefined) return true
  const unit = gatewayService(profile)
  return !isRunning(profile) && (unit?.mainPid ?? 0) === 0 && !isOnTheMove(unit) && !isUntold(unit)
}

/** What systemctl says of an account that has no service manager just now; one that is slow or refuses says other things. */
const NO_MANAGER =
  /no such file or directory|connection refused|no medium found|not been booted with systemd|does not know this unit/i

/** Whether the service manager did not answer. Where there is none, nothing of it waits either. */
function isUntold(unit: ServiceFacts | undefined): boolean {
  return unit?.activeState.state === 'unknown' && !NO_MANAGER.test(unit.activeState.why)
}

/**
 * A unit that waits for its next restart has no process and yet is not stopped: the service manager would bring the gateway
 * back while its files are being replaced.
 */
function isOnTheMove(unit: ServiceFacts | undefined): boolean {
  return ['activating', 'deactivating', 'reloading'].includes(stateOf(unit))
}

function stateOf(unit: ServiceFacts | undefined): string {
  return (unit && valueOf(unit.activeState)) ?? ''
}

/** A gateway without a service is asked to end by pid and start time. */
async function terminate(
  action: Service,
  before: NodeFacts,
  means: Means,
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Promise<undefined> {
  const pid = profileOf(before, action.profile)?.gateway.pid
  if (pid === null || pid === undefined) return
  await means.remotes.use(action.nodeId, async remote => {
    const { processes } = await remote.request('processes', {}, { limitMs: MINUTE })
    const found = processes.find(one => one.pid === pid)
    if (found === undefined) return
    await remote.request('kill', { pid, startedAtTicks: found.startedAtTicks, signal }, { limitMs: MINUTE })
  })
}

async function start(action: Service, context: ActionContext, means: Means): Promise<Outcome> {
  const before = await means.look(action.nodeId, context.signal)
  const isUp = (facts: NodeFacts): boolean => {
    const unit = gatewayService(profileOf(facts, action.profile))
    return unit !== undefined && (unit.mainPid ?? 0) > 0 && valueOf(unit.activeState) === 'active'
  }
  if (isUp(before)) return done('It runs.')
  const result = await runCommands(action, before, context, means)
  const after = await means.look(action.nodeId, context.signal)
  return isUp(after) ? done('The unit is active.') : failedBy(result, 'The unit is not active.')
}

async function install(action: Service, context: ActionContext, means: Means): Promise<Outcome> {
  const before = await means.look(action.nodeId, context.signal)
  const result = await runCommands(action, before, context, means)
  const after = await means.look(action.nodeId, context.signal)
  const unit = gatewayService(profileOf(after, action.profile))
  const home = after.survey.os.home
  const openclaw = installOf(after)
  if (unit === undefined) return failedBy(result, 'There is no unit.')
  const isOurs = openclaw !== null && unit.execStart.some(word => word.startsWith(openclaw.packageRoot))
  const isOn = valueOf(unit.isEnabled) === true
  return isOurs && isOn
    ? done(`${unit.name} is installed and enabled for ${home}.`)
    : failedBy(result, isOurs ? 'The unit is not enabled.' : 'The unit points somewhere else.')
}

async function uninstall(action: Service, context: ActionContext, means: Means): Promise<Outcome> {
  const before = await means.look(action.nodeId, context.signal)
  const unit = gatewayService(profileOf(before, action.profile))
  if (unit === undefined) return done('There is no service.')
  const result = await runCommands(action, before, context, means)
  let after = await untilStopped(action, context, means)
  if (gatewayService(profileOf(after, action.profile)) !== undefined) {
    for (const argv of removeByManager(unit)) await runOne(action, argv, { facts: after, context, means })
    after = await untilStopped(action, context, means)
  }
  if (gatewayService(profileOf(after, action.profile)) !== undefined)
    return failedBy(result, 'The service is still there.')
  await dropServiceSecrets(action, before, means)
  return isStopped(after, action.profile) ? done('The service is gone.') : failedBy(result, 'The gateway still runs.')
}

/** The file that OpenClaw's install writes secrets into for the unit alone; its uninstall leaves it. */
async function dropServiceSecrets(action: Service, facts: NodeFacts, means: Means): Promise<void> {
  const root = profileOf(facts, action.profile)?.stateDir
  if (root === undefined) return
  await means.remotes.use(action.nodeId, remote =>
    remote.request('remove', { root, paths: ['gateway.systemd.env'] }, { limitMs: MINUTE }),
  )
}

/** Brings the former unit back, with its gateway stopped: the files it will read are not back yet. */
async function putBack(action: Service, context: ActionContext, means: Means): Promise<Outcome> {
  const before = await means.look(action.nodeId, context.signal)
  const result = await runCommands(action, before, context, means)
  const after = await untilStopped(action, context, means)
  if (result !== undefined && result.code !== 0) return failedBy(result, 'The former unit could not be put back.')
  return isStopped(after, action.profile)
    ? done('The former unit is back.')
    : failedBy(result, 'The gateway still runs.')
}

async function tidy(action: Service, context: ActionContext, means: Means): Promise<Outcome> {
  const result = await runCommands(action, await means.look(action.nodeId, context.signal), context, means)
  return result === undefined || result.code === 0 ? done('Gone.') : failedBy(result, 'The copy is still there.')
}

async function enableLinger(action: Service, context: ActionContext, means: Means): Promise<Outcome> {
  const before = await means.look(action.nodeId, context.signal)
  if (valueOf(before.survey.linger) === true) return done('It was so already.')
  if (valueOf(before.survey.linger) === false) context.saveMade('linger')
  await runCommands(action, before, context, means)
  if (await isLingering(action, context, means)) return done('Linger is on.')
  for (const argv of action.commands) await means.sudo(action.nodeId, argv, 30 * SECOND)
  if (await isLingering(action, context, means)) return done('Linger is on (set with sudo).')
  const command = `sudo ${action.commands[0]?.join(' ') ?? ''}`
  return {
    state: 'needs-you',
    note: `Run this on the node, then resume: ${command}`,
    error: {
      code: 'permission-denied',
      message: 'The node’s user may not switch on linger, and no working sudo password is stored.',
      hint: `Run "${command}" there, or store a sudo password for this node, then resume.`,
    },
  }
}

async function disableLinger(action: Service, context: ActionContext, means: Means): Promise<Outcome> {
  if (!mayTakeAway('linger', context)) return done('It was on before this run, so it stays.')
  const before = await means.look(action.nodeId, context.signal)
  if (valueOf(before.survey.linger) === false) return done('Linger is off.')
  const result = await runCommands(action, before, context, means)
  if (!(await isLingering(action, context, means))) return done('Linger is off again.')
  for (const argv of action.commands) await means.sudo(action.nodeId, argv, 30 * SECOND)
  return (await isLingering(action, context, means))
    ? failedBy(result, 'Linger is still on.')
    : done('Linger is off again (set with sudo).')
}

async function isLingering(action: Service, context: ActionContext, means: Means): Promise<boolean> {
  return valueOf((await means.look(action.nodeId, context.signal)).survey.linger) === true
}

/** Runs the plan's commands one after the other; stops at the first that fails. */
async function runCommands(
  action: Service,
  facts: NodeFacts,
  context: ActionContext,
  means: Means,
): Promise<ExecResult | undefined> {
  let last: ExecResult | undefined
  for (const argv of action.commands) {
    last = await runOne(action, resolveInstalled(argv, facts), { facts, context, means })
    if (last.code !== 0) return last
  }
  return last
}

async function runOne(
  action: Service,
  argv: Argv,
  { facts, context, means }: { readonly facts: NodeFacts; readonly context: ActionContext; readonly means: Means },
): Promise<ExecResult> {
  const needsRoot = argv[0] === 'systemctl' && argv[1] !== '--user' && facts.survey.os.uid !== 0
  if (needsRoot) {
    const result = await means.sudo(action.nodeId, argv, context.limitMs)
    if (result === null) {
      throw new AppError('credential-missing', 'This needs root on the node, and no sudo password is stored.', {
        hint: 'Store a sudo password for this node, then resume.',
      })
    }
    return { ...result, stdout: '' }
  }
  const run = (connection: Connection): Promise<ExecResult> =>
    connection.exec(argv, {
      limitMs: context.limitMs,
      env: { ...userBus(facts.survey.os.uid), ...runMark(context.operationId) },
    })
  return means.pool.use(action.nodeId, run)
}

function failedBy(result: ExecResult | undefined, note: string): Outcome {
  const said = result === undefined ? '' : ` The command ended with ${result.code}.`
  return { state: 'failed', note, error: { code: 'check-failed', message: `${note}${said}` } }
}

/** Once the person forced it, how the patient way ended does not matter; before that, the race tells. */
function ignoreOnceForced(): void {
  // Nothing to do: see above.
}
