import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../shared/errors'
import type { Action, Argv } from '../../../shared/plan'
import { momentText, SECOND } from '../../../shared/units'
import { powershellLine } from '../../remote/powershell'
import { http } from '../http'
import { done, type ActionContext, type Means, type Outcome, type Performer } from '../types'
import { lastLine, run, uidOf, type Running } from './commands'
import { deletionOf } from './part'
import { drive, isEnabled, isStopped, stateOf, unitOf, type Unit, type UnitState } from './units'

type Quarantine = Extract<Action, { type: 'quarantine' }>

const DAY_MS = 24 * 60 * 60 * SECOND

/** Keeps a stopped node for its deletion later, or brings it back. */
export const quarantine: Performer<'quarantine'> = (action, context, means) => {
  switch (action.verb) {
    case 'keep':
      return Promise.resolve(keep(action, context, means))
    case 'enable':
      return bringBack(action, { nodeId: action.nodeId, context, means }, ENABLE)
    case 'start':
      return start(action, context, means)
    case 'end':
      means.registrar.endQuarantine(action.nodeId)
      return Promise.resolve(done('The quarantine is over.'))
  }
}

function keep(action: Quarantine, context: ActionContext, means: Means): Outcome {
  const { id, startedAt } = context.operation()
  const until = new Date(Date.parse(startedAt) + action.days * DAY_MS).toISOString()
  const { options } = deletionOf(context)
  means.registrar.quarantine({ nodeId: action.nodeId, operationId: id, since: startedAt, until, options })
  return done(`Stopped and kept until ${momentText(until)}.`)
}

/** Starts what ran before, then waits for the gateways that were live: a unit that is active may still fail to serve. */
async function start(action: Quarantine, context: ActionContext, means: Means): Promise<Outcome> {
  const { nodeId } = action
  const started = await bringBack(action, { nodeId, context, means }, START)
  const outcomes = [started]
  if (started.state !== 'done') return started
  for (const { profile, limitMs } of action.gateways ?? []) {
    const question = { type: 'http', nodeId, profile, path: '/healthz', expectVersion: null } as const
    outcomes.push(await http(question, { ...context, limitMs }, means))
  }
  return outcomes.find(({ state }) => state !== 'done') ?? done(outcomes.map(({ note }) => note).join(' '))
}

interface BringingBack {
  isDone(state: UnitState): boolean
  readonly nothing: string
  readonly good: string
  readonly bad: string
}

const ENABLE: BringingBack = {
  isDone: isEnabled,
  nothing: 'No service started by itself before.',
  good: 'starts by itself again',
  bad: 'does not start by itself',
}

const START: BringingBack = {
  isDone: state => !isStopped(state) && state.active === 'active',
  nothing: 'No service ran before.',
  good: 'runs again',
  bad: 'does not run',
}

/** What launchd has loaded has no process for a moment. */
const MOVING: ReadonlySet<string> = new Set(['activating', 'loaded'])

/** So long a task may take to start, ms. */
const TASK_START_MS = 5 * SECOND

/** A service that was just started needs a moment to become active, ms. */
const SETTLE_MS = 20 * SECOND

/** Enables or starts what was so before: probe, act, probe, for each unit of the plan's commands. */
async function bringBack(action: Quarantine, part: Running, back: BringingBack): Promise<Outcome> {
  const uid = await uidOf(part)
  const good: string[] = []
  const bad: string[] = []
  let refused: AppError | null = null
  for (const argv of action.commands) {
    const unit = unitOf(argv)
    if (unit === null) {
      await run(part, uid, argv, part.context.limitMs)
      continue
    }
    try {
      // A task that was switched off for its stop is switched on before it is started.
      const one = argv.includes('/ENABLE') ? ENABLE : back
      const said = await bringOne(part, uid, { argv, unit }, one)
      if (said === null) good.push(`${unit.name} ${one.good}`)
      else bad.push(`${unit.name} ${one.bad}: ${said}`)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'credential-missing') throw error
      refused = error
      bad.push(`${unit.name} ${back.bad}: ${error.message}`)
    }
  }
  if (bad.length === 0) return done(good.length === 0 ? back.nothing : `${good.join(', ')}.`)
  const note = `${[...good, ...bad].join('; ')}.`
  const hint = refused?.hint
  return {
    state: 'failed',
    note,
    error: {
      code: refused?.code ?? 'check-failed',
      message: `${bad.join('; ')}.`,
      ...(hint === undefined ? {} : { hint }),
    },
  }
}

/** @returns null once it is so, else what the manager said. */
async function bringOne(
  part: Running,
  uid: number,
  { argv, unit }: { readonly argv: Argv; readonly unit: Unit },
  back: BringingBack,
): Promise<string | null> {
  const before = await stateOf(part, uid, unit)
  if (before !== null && back.isDone(before)) return null
  const result = await drive(part, uid, { argv, unit }, part.context.limitMs)
  const startedAt = performance.now()
  for (;;) {
    const after = await stateOf(part, uid, unit)
    if (after !== null && back.isDone(after)) return null
    const isMoving = MOVING.has(after?.active ?? '') || isTaskOnItsWay(unit, after, performance.now() - startedAt)
    if (!isMoving || performance.now() > startedAt + SETTLE_MS) return reasonOf(unit, lastLine(result))
    if (unit.manager === 'task-scheduler') await sleep(SECOND, undefined, { signal: part.context.signal })
  }
}

/** The scheduler answers before it has started a task. */
function isTaskOnItsWay({ manager }: Unit, state: UnitState | null, waitedMs: number): boolean {
  return manager === 'task-scheduler' && state?.load === 'loaded' && waitedMs < TASK_START_MS
}

/** `schtasks` says success also where nobody is logged on, in whose session alone the task runs. */
function reasonOf({ manager, name }: Unit, said: string): string {
  if (manager !== 'task-scheduler') return said
  const command = powershellLine(['schtasks', '/Run', '/TN', name])
  return `${said}. A task runs only while its user is logged on: log on there, which starts it, or then run ${command}`
}
