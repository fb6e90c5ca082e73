import type { Action, Argv } from '../../shared/plan'
import { AppError } from '../../shared/errors'
import { INSTALLED_LATER } from '../openclaw/commands'
import { installOf, type NodeFacts } from '../plan/facts'
import type { ExecResult } from '../ssh/types'
import { runMark } from './left-commands'
import { userBus } from './user-bus'
import { done, mayTakeAway, type ActionContext, type Outcome, type Performer } from './types'

/** A part of OpenClaw's import can wait for another one that comes later in it: 2026.9.6 takes over 2026.7.1 in its second run. */
const IMPORT_RUNS = 3

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
  const exec = (words: Argv): Promise<ExecResult> =>
    means.pool.use(action.nodeId, connection =>
      connection.exec(resolveInstalled(words, facts), {
        limitMs: context.limitMs,
        signal: context.signal,
        env: { ...userBus(facts.survey.os.uid), ...runMark(context.operationId), PATH: pathFor(facts) },
      }),
    )
  let result: ExecResult = { code: 0, stdout: '', stderr: '' }
  for (const words of action.commands) {
    result = await exec(words)
    for (let runs = 1; action.purpose === 'import' && result.code !== 0 && runs < IMPORT_RUNS; runs++) {
      context.note(`OpenClaw did not finish; it is asked again (${runs + 1} of at most ${IMPORT_RUNS}).`)
      result = await exec(words)
    }
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
      return result.code === 0
        ? done('Imported.')
        : failed(`OpenClaw could not import the state${refusals(result.stdout)}`, result)
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

/** Which parts of the import refused, by the names that OpenClaw gives them; empty when it says none. */
function refusals(output: string): string {
  const names = [...output.matchAll(/^Failing check ([\w-]+) \(step-refused\)/gm)].map(([, name]) => name)
  return names.length === 0 ? '' : `: it refuses ${names.join(', ')}`
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
