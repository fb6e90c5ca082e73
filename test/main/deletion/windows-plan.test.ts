import { expect, test } from 'vitest'
import { planDelete, planQuarantine } from '../../../main/deletion/plan'
import { planRelease } from '../../../main/deletion/release-plan'
import { planBackup } from '../../../main/plan/backup'
import type { Trace } from '../../../shared/deletion'
import { Plan, PlanOptions } from '../../../shared/plan'
import type { ServiceFacts, Survey } from '../../../shared/survey'
import { gatewayUnit, nodeFacts } from '../../helpers/facts'
import { deletionFacts, options, stamp, trace } from './facts'

const HOME = 'C:/Users/ada'
const TASK = '\\OpenClaw Gateway'
const STARTUP = `${HOME}/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/OpenClaw Gateway.cmd`
const STATE = `${HOME}/.openclaw`

function service(change: Partial<ServiceFacts> = {}): ServiceFacts {
  const facts = gatewayUnit({ name: 'OpenClaw Gateway', manager: 'task-scheduler', path: TASK, stopLimitMs: null })
  return { ...facts, activeState: { state: 'known', value: 'ready' }, mainPid: 4711, ...change }
}

function windowsOf(survey: Partial<Survey> = {}, services = [service()]) {
  const { os } = nodeFacts('pc').survey
  const windows = { ...os, platform: 'win32', name: 'Windows 11', uid: -1, user: 'ada', home: HOME }
  const nodes = [{ path: 'C:\\Program Files\\nodejs\\node.exe', version: '24.21.0', from: 'this survey' }]
  const found = { serviceManager: 'task-scheduler' as const, os: windows, nodes, ...survey }
  return nodeFacts('pc', { survey: found, profile: { services } })
}

const task = trace('unit', 'scheduled task OpenClaw Gateway', { id: `unit:${TASK}`, path: null, task: TASK })
const items = [task, trace('unit', 'OpenClaw Gateway.cmd', { path: STARTUP }), trace('state', STATE)]

const planOf = (found: readonly Trace[], node = windowsOf(), change = {}): Plan =>
  Plan.parse(planDelete(deletionFacts({ node, found }), options(change), stamp))

const commandsOf = (plan: Plan, id: string): readonly (readonly string[])[] => {
  const action = plan.steps.find(step => step.id === id)?.action
  return action?.type === 'delete' ? action.commands : []
}

test('a task is switched off before it is ended, brought back the other way, and taken out of the scheduler', () => {
  const plan = planOf(items)
  expect(plan).toMatchObject({ blockers: [], platform: 'win32' })
  const off = ['schtasks', '/Change', '/TN', TASK, '/DISABLE']
  expect(commandsOf(plan, 'stop')).toEqual([off, ['schtasks', '/End', '/TN', TASK]])
  expect(commandsOf(plan, 'disable')).toEqual([off])
  expect(commandsOf(plan, 'remove-units')).toEqual([['schtasks', '/Delete', '/F', '/TN', TASK]])
  const on = ['schtasks', '/Change', '/TN', TASK, '/ENABLE']
  // The task is over while its Node lives on: that counts as running.
  expect(plan.steps[0]?.undo).toMatchObject({ verb: 'start', commands: [on, ['schtasks', '/Run', '/TN', TASK]] })
  expect(plan.steps[1]?.undo).toMatchObject({ verb: 'enable', commands: [on] })
  expect(plan.steps[0]?.detail).not.toContain('SIGTERM')
  expect(plan.steps.find(step => step.id === 'remove-units')?.detail).toContain(STARTUP.replaceAll('/', '\\'))
  expect(plan.steps.find(step => step.id === 'remove-state')?.detail).toContain('C:\\Users\\ada\\.openclaw')
  expect(JSON.stringify(plan.steps)).not.toMatch(/systemctl|launchctl|sudo/)
})

test('what did not run is not started by the way back, and what was off stays off', () => {
  const known = <T>(value: T) => ({ state: 'known' as const, value })
  const idle = service({ mainPid: null, activeState: known('disabled'), isEnabled: known(false) })
  const plan = planOf(items, windowsOf({}, [idle]))
  expect(plan.steps[0]?.undo).toBeUndefined()
  expect(plan.steps[1]?.undo).toBeUndefined()
  const enabled = planOf(items, windowsOf({}, [service({ mainPid: null, activeState: known('ready') })]))
  expect(enabled.steps[0]?.undo).toMatchObject({ commands: [['schtasks', '/Change', '/TN', TASK, '/ENABLE']] })
})

test('Windows removes no program that runs: a Node.js of OCM that would go holds up the deletion', () => {
  const path = 'c:\\Users\\ada\\.openclaw\\tools\\node\\node.exe'
  const node = windowsOf({ nodes: [{ path, version: '24.21.0', from: 'this survey' }] })
  expect(planOf(items, node).blockers).toMatchObject([{ code: 'own-node' }])
  expect(planOf([task], node).blockers).toEqual([])
})

test('an entry of the folder Startup can be deleted, but not put into quarantine', () => {
  const plan = planQuarantine(deletionFacts({ node: windowsOf(), found: items }), 7, options(), stamp)
  expect(plan.blockers).toMatchObject([{ code: 'startup-entry' }])
  expect(plan.steps).toEqual([])
  const alone = Plan.parse(planQuarantine(deletionFacts({ node: windowsOf(), found: [task] }), 7, options(), stamp))
  expect(alone).toMatchObject({ blockers: [], platform: 'win32' })
})

test('a release knows its machine, and asks the gateway that its task starts', () => {
  const node = windowsOf()
  const facts = deletionFacts({ node, found: [task] })
  const plan = planQuarantine(facts, 7, options(), stamp)
  const at = '2026-11-20T12:00:00.000Z'
  const entry = { nodeId: node.record.id, operationId: stamp.id, since: at, until: at, options: options() }
  const operation = {
    ...{ id: stamp.id, plan, state: 'done', startedAt: at, endedAt: at, steps: [], proof: [] },
  } as never
  const release = Plan.parse(planRelease(node, entry, operation, stamp))
  expect(release.platform).toBe('win32')
  expect(release.steps.map(step => step.id)).toEqual(['enable', 'start', 'end', 'health:default'])
  expect(release.steps[1]?.detail).toContain('logged on')
})

test('tasks that a person made, the app, and what only an administrator may remove are left to the person', () => {
  const mine = '\\Mine\\claw check'
  const lines = [{ text: 'openclaw.cmd health', sha256: 'a'.repeat(64) }]
  const own = trace('cron-lines', mine, { task: mine, lines, isOwn: true })
  const app = trace('package', 'C:\\Program Files\\OpenClaw (the app)', { path: 'C:/Program Files/OpenClaw' })
  const closed = trace('unit', 'scheduled task OpenClaw Node', { path: null, task: '\\OpenClaw Node', needsRoot: true })
  const plan = planOf([task, own, app, closed])
  expect(plan.blockers).toEqual([])
  expect(plan.deletion?.items.map(({ verdict }) => verdict)).toEqual(['goes', 'by-hand', 'by-hand', 'goes'])
  const commands = plan.deletion?.byHand.map(one => one.command)
  expect(commands).toEqual(
    expect.arrayContaining([
      `schtasks /Delete /TN '${mine}'`,
      `schtasks /Delete /F /TN '\\OpenClaw Node'`,
      'start ms-settings:appsfeatures',
    ]),
  )
  const running = { ...app, process: { pid: 9, startedAtTicks: 1, role: 'other' as const, unit: null } }
  expect(planOf([task, running]).blockers).toMatchObject([{ code: 'app-running' }])
})

test('where the task scheduler does not tell, nothing is begun: it might start again what is ended', () => {
  const notSeen = [{ what: 'Some services', why: 'Scheduled tasks could not be told: Access is denied' }]
  const facts = deletionFacts({ node: windowsOf(), traces: { traces: [task], notSeen } })
  expect(planDelete(facts, options(), stamp).blockers).toMatchObject([{ code: 'tasks-unknown' }])
})

test('a service of Windows that starts OpenClaw is left to the person, and the machine stays on the list', () => {
  const why = 'It starts OpenClaw and stays; take it out by hand: nssm.exe node openclaw.mjs gateway'
  const notSeen = [{ what: 'service claw', why }]
  const facts = deletionFacts({ node: windowsOf(), traces: { traces: [task], notSeen } })
  const { deletion } = planDelete(facts, options(), stamp)
  expect(deletion?.isWhole).toBe(false)
  expect(deletion?.byHand.map(({ command }) => command)).toContain('services.msc')
})

test('where the demo runs on Windows, nothing is deleted', () => {
  const node = windowsOf()
  const demo = { ...node, record: { ...node.record, isDemo: true } }
  expect(planOf(items, demo).blockers).toMatchObject([{ code: 'platform' }])
})

test('a Windows machine can be backed up; a copy on it cannot be left', () => {
  expect(planBackup(windowsOf(), PlanOptions.parse({}), stamp).blockers).toEqual([])
  expect(planOf(items, windowsOf(), { keepCopyOnNode: true }).blockers).toMatchObject([{ code: 'no-copy' }])
})
