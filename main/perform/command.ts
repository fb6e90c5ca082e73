import type { Action, Argv } from '../../shared/plan'
import { AppError } from '../../shared/errors'
import { INSTALLED_LATER } from '../openclaw/commands'
import { installOf, type NodeFacts } from '../plan/facts'
import type { ExecResult } from '../ssh/types'
import { runMark } from './left-commands'
import { userBus } from './user-bus'
import { done, mayTakeAway, type ActionContext, type Outcome, type Performer } from './types'

type Command = Extract<Action, { type: 'command' }>

/** Puts the real paths where a plan could only say "the OpenClaw that an earlier step installs". */
export function resolveInstalled(argv: Argv, facts: NodeFacts): Argv {
  if (argv[0] !== INSTALLED_LATER.nodePath || argv[1] !== INSTALLED_LATER.entry) return argv
  const install = installOf(facts)
  if (install === null) throw new AppError('openclaw-missing', 'OpenClaw is not installed on the node.')
  return [install.nodePath, install.entry, ...argv.slice(2)]
}

/** Asks one of the node's own judges, or installs OpenClaw with the node's npm. */
export const command: Performer<'command'> = async (action, context, means) => {
  const facts = await means.look(action.nodeId, context.signal)
  const settled = settledBefore(action, facts, context)
  if (settled !== null) return settled
  let result: ExecResult = { code: 0, stdout: '', stderr: '' }
  for (const words of action.commands) {
    const argv = resolveInstalled(words, facts)
    result = await means.pool.use(action.nodeId, connection =>
      connection.exec(argv, {
        limitMs: context.limitMs,
        signal: context.signal,
        env: { ...userBus(facts.survey.os.uid), ...runMark(context.operationId), PATH: pathFor(facts) },
      }),
    )
    if (result.code !== 0) break
  }
  switch (action.purpose) {
    case 'install-openclaw': {
      const install = installOf(await means.look(action.nodeId, context.signal))
      return install === null
        ? failed('npm did not install OpenClaw', result)
        : done(`OpenClaw ${install.version} is there.`)
    }
    case 'uninstall-openclaw': {
      const isGone = installOf(await means.look(action.nodeId, context.signal)) === null
      return isGone ? done('OpenClaw is gone again.') : failed('npm did not remove OpenClaw', result)
    }
    case 'validate':
      return result.code === 0
        ? done('OpenClaw finds it valid.')
        : failed('OpenClaw finds the configuration invalid', result)
    case 'import':
      return result.code === 0 ? done('Imported.') : failed('OpenClaw could not import the state', result)
    case 'plugins':
      return result.code === 0
        ? done('The plugins are there.')
        : failed('Not every plugin could be installed; until then the gateway runs without it', result)
    case 'doctor':
      return result.code === 0
        ? done('The doctor has nothing serious.')
        : done(`The doctor has findings (it ended with ${result.code}); run it on the node to read them.`)
  }
}

/** What needs no command. Notes beforehand that an OpenClaw which is there afterwards came by this run. */
function settledBefore({ purpose }: Command, facts: NodeFacts, context: ActionContext): Outcome | null {
  const { openclaw } = facts.survey
  const isAbsent = openclaw.state === 'known' && openclaw.value === null
  if (purpose === 'install-openclaw') {
    if (installOf(facts) !== null) return done('It is installed.')
    if (isAbsent) context.saveMade('openclaw')
  }
  if (purpose === 'uninstall-openclaw') {
    if (isAbsent) return done('It is not there.')
    if (!mayTakeAway('openclaw', context)) return done('This run did not install it, so it stays.')
  }
  return null
}

/** The node's Node.js first, then what every system has. */
function pathFor(facts: NodeFacts): string {
  const node = installOf(facts)?.nodePath ?? facts.survey.nodes[0]?.path ?? ''
  const folder = node.slice(0, Math.max(0, node.lastIndexOf('/')))
  return [folder, '/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin']
    .filter(part => part !== '')
    .join(':')
}

function failed(what: string, result: ExecResult): Outcome {
  return {
    state: 'failed',
    note: `${what} (it ended with ${result.code}).`,
    error: {
      code: 'check-failed',
      message: `${what}.`,
      hint: 'Run the command of this step on the node to see what it says.',
    },
  }
}
