import type { Command, Output, Sent } from '../shared/contract'
import type { Decision, Operation, Plan } from '../shared/plan'
import { call, problemOf } from './api'
import { ERROR_TITLES } from './lib/words'
import { useApp } from './store/app'
import type { Choices, PlanRequest } from './store/window'

/** Calls main; a refusal becomes a notice and answers undefined. Cancelling is no failure. */
export async function attempt<C extends Command>(
  command: C,
  ...input: Sent<C> extends undefined ? [] : [Sent<C>]
): Promise<{ readonly value: Output<C> } | undefined> {
  try {
    return { value: await call(command, ...input) }
  } catch (error) {
    const { code, message, hint } = problemOf(error)
    if (code === 'aborted') return undefined
    const text = hint === undefined ? message : `${message} ${hint}`
    useApp.getState().notify({ tone: 'critical', title: ERROR_TITLES[code], text })
    return undefined
  }
}

/** Imports a backup file that is picked in main's dialog; one of another backup folder asks for its phrase. */
export async function importBackup(): Promise<void> {
  const app = useApp.getState()
  const answer = await attempt('backups.importFile')
  if (!answer?.value) return
  if (answer.value.state === 'locked') {
    const { ticket, file } = answer.value
    app.openDialog({ kind: 'import-locked', ticket, file })
    return
  }
  app.notify({ tone: 'fine', title: `The backup of ${answer.value.backup.nodeLabel} is imported`, text: '' })
}

/** Asks main for a plan and shows the sheet, with what was chosen before or with what fits. Nothing starts. */
export async function openPlan(request: PlanRequest, choices?: Choices): Promise<void> {
  useApp.getState().goTo({ view: 'plan' })
  await askPlan(request, choices ?? firstChoices(request))
}

/** A plan starts from the default profile: unless there is none, or the backup is of another. */
function firstChoices(request: PlanRequest): Choices {
  const { nodes, backups } = useApp.getState()
  if (isWithoutProfile(request)) return {}
  if (request.kind === 'restore') {
    const own = backups.find(({ id }) => id === request.backupId)?.profile
    return own === undefined ? {} : { profile: own }
  }
  const names = nodes[request.kind === 'backup' ? request.nodeId : request.source]?.survey?.profiles.map(
    one => one.name,
  )
  const [first] = names ?? []
  return first === undefined || names?.includes('default') === true ? {} : { profile: first }
}

type Profiled = Extract<PlanRequest, { readonly kind: 'backup' | 'restore' | 'migrate' }>

function isWithoutProfile(request: PlanRequest): request is Exclude<PlanRequest, Profiled> {
  return request.kind !== 'backup' && request.kind !== 'restore' && request.kind !== 'migrate'
}

/** Asks for the plan on the sheet again, with other choices. */
export async function replan(change: Choices): Promise<void> {
  const { request, choices } = useApp.getState()
  if (request !== null) await askPlan(request, { ...choices, ...change })
}

async function askPlan(request: PlanRequest, choices: Choices): Promise<void> {
  const app = useApp.getState()
  app.planAsked(request, choices)
  // A newer wish has replaced this one when the choices differ: its answer counts, not ours.
  const isCurrent = () => useApp.getState().request === request && useApp.getState().choices === choices
  try {
    const plan = await requestPlan(request, choices)
    if (isCurrent()) app.planArrived(plan)
  } catch (error) {
    if (isCurrent()) app.planFailed(problemOf(error))
  }
}

function requestPlan(request: PlanRequest, options: Choices): Promise<Plan> {
  switch (request.kind) {
    case 'backup':
      return call('plans.backup', { nodeId: request.nodeId, options })
    case 'restore':
      return call('plans.restore', { backupId: request.backupId, nodeId: request.nodeId, options })
    case 'migrate':
      return call('plans.migrate', { source: request.source, target: request.target, options })
    case 'return':
      return call('plans.return', { operationId: request.operationId })
    case 'remove': {
      const { days, ...chosen } = options.removal ?? {}
      const { nodeId } = request
      return days === undefined || days === null
        ? call('plans.delete', { nodeId, options: chosen })
        : call('plans.quarantine', { nodeId, days, options: chosen })
    }
    case 'release':
      return call('plans.release', { nodeId: request.nodeId })
    case 'clean':
      return call('plans.clean', { nodeId: request.nodeId, what: request.what, options: options.cleaning ?? {} })
  }
}

/** Starts the plan on the sheet and shows the run. A refusal stays on the sheet. */
export async function runPlan(): Promise<void> {
  const operation = await startPlan()
  if (operation === undefined) return
  const app = useApp.getState()
  app.goTo({ view: 'operation', id: operation.id })
  app.planClosed()
}

/** Starts the plan on the sheet; undefined when it was refused, which then stands on the sheet. */
export async function startPlan(typedName?: string): Promise<Operation | undefined> {
  const app = useApp.getState()
  if (app.plan === null) return undefined
  app.planStarting()
  try {
    const operation = await call('plans.run', { planId: app.plan.id, ...(typedName !== undefined && { typedName }) })
    // An event may have brought a later state already.
    if (useApp.getState().operations[operation.id] === undefined) app.operationChanged(operation)
    return operation
  } catch (error) {
    app.planFailed(problemOf(error))
    return undefined
  }
}

/** Looks at a node again. */
export async function checkNode(nodeId: string): Promise<void> {
  const answer = await attempt('nodes.survey', { nodeId })
  if (answer !== undefined) useApp.getState().nodeChanged(answer.value)
}

/** Sets one setting; the answer is the truth. */
export async function changeSettings(change: Sent<'settings.set'>): Promise<void> {
  const answer = await attempt('settings.set', change)
  if (answer !== undefined) useApp.getState().settingsChanged(answer.value)
}

/** Copies a node's record and opens the copy for editing. */
export async function duplicateNode(nodeId: string): Promise<void> {
  const answer = await attempt('nodes.duplicate', { nodeId })
  if (answer !== undefined) useApp.getState().openDialog({ kind: 'edit-node', nodeId: answer.value.id })
}

/** Turns the protected flag of a node. */
export async function toggleProtected(nodeId: string): Promise<void> {
  const view = useApp.getState().nodes[nodeId]
  if (view === undefined) return
  const { label, host, port, user, auth, tags, isProtected } = view.record
  await attempt('nodes.edit', { nodeId, input: { label, host, port, user, auth, tags, isProtected: !isProtected } })
}

/** The open decisions of a plan. */
export function openDecisions(plan: Plan): readonly Decision[] {
  return plan.decisions.filter(decision => decision.chosen === null)
}
