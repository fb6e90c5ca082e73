import { expect, test } from 'vitest'
import { planDelete } from '../../../main/deletion/plan'
import { planBackup } from '../../../main/plan/backup'
import { Plan, PlanOptions } from '../../../shared/plan'
import type { Survey } from '../../../shared/survey'
import { gatewayUnit, nodeFacts } from '../../helpers/facts'
import { deletionFacts, options, stamp, trace } from './facts'

const AGENT = '/Users/ada/Library/LaunchAgents/ai.openclaw.gateway.plist'
const DAEMON = '/Library/LaunchDaemons/com.example.claw.plist'
const APP = '/Applications/OpenClaw.app'

const services = [
  gatewayUnit({ name: 'ai.openclaw.gateway', manager: 'launchd', domain: 'gui/501', path: AGENT, stopLimitMs: 20_000 }),
  gatewayUnit({ name: 'com.example.claw', manager: 'launchd', scope: 'system', path: DAEMON, stopLimitMs: 5_000 }),
]

function macOf(survey: Partial<Survey> = {}) {
  const { os } = nodeFacts('mac').survey
  const name = 'macOS 15.6'
  const mac = { ...os, platform: 'darwin', name, uid: 501, user: 'ada', home: '/Users/ada' }
  return nodeFacts('mac', { survey: { serviceManager: 'launchd', os: mac, ...survey }, profile: { services } })
}

const planOf = (found: readonly ReturnType<typeof trace>[], node = macOf()): Plan =>
  Plan.parse(planDelete(deletionFacts({ node: { ...node, canSudo: true }, found }), options(), stamp))

const commandsOf = (plan: Plan, id: string): readonly string[] => {
  const action = plan.steps.find(step => step.id === id)?.action
  return action?.type === 'delete' ? action.commands.map(words => words.join(' ')) : []
}

const units = [trace('unit', AGENT), trace('unit', DAEMON, { scope: 'system', needsRoot: true })]

test('agents and daemons of launchd are driven in their own domain, and no copy in the Trash is a service', () => {
  const plan = planOf([...units, trace('unit', '/Users/ada/.Trash/ai.openclaw.gateway.plist')])
  expect(plan.blockers).toEqual([])
  const each = (verb: string): string[] => [
    `launchctl ${verb} gui/501/ai.openclaw.gateway`,
    `launchctl ${verb} system/com.example.claw`,
  ]
  expect(commandsOf(plan, 'stop')).toEqual(each('bootout'))
  expect(commandsOf(plan, 'disable')).toEqual(each('disable'))
  expect(commandsOf(plan, 'remove-units')).toEqual([...each('bootout'), ...each('enable')])
  expect(plan.steps[0]).toMatchObject({
    detail: expect.stringContaining('25 s') as string,
    undo: {
      commands: [
        ['launchctl', 'bootstrap', 'gui/501', AGENT],
        ['launchctl', 'bootstrap', 'system', DAEMON],
      ],
    },
  })
  expect(plan.steps.find(step => step.id === 'remove-units')?.detail).toContain('no folders to read anew')
  const alone = Plan.parse(
    planDelete(deletionFacts({ node: { ...macOf(), canSudo: false }, found: units }), options(), stamp),
  )
  expect(alone.deletion?.byHand.map(one => one.command)).toContain(
    `sudo launchctl bootout system/com.example.claw; sudo rm -rf -- ${DAEMON}`,
  )
  expect(JSON.stringify(plan.steps)).not.toMatch(/systemctl|loginctl/)
})

test('the app is left to the person with its command, and a running one holds up the deletion', () => {
  const app = trace('package', APP, { paths: [APP], profile: null })
  const plan = planOf([...units, app])
  expect(plan.blockers).toEqual([])
  expect(plan.deletion?.isWhole).toBe(false)
  expect(plan.deletion?.byHand.map(one => one.command)).toContain(`rm -rf -- ${APP}`)
  const running = { ...app, process: { pid: 99, startedAtTicks: 1, role: 'other' as const, unit: null } }
  expect(planOf([...units, running]).blockers).toMatchObject([{ code: 'app-running' }])
})

test('a Mac can be backed up; where the demo runs on one, nothing is deleted', () => {
  expect(planBackup(macOf(), PlanOptions.parse({}), stamp).blockers).toEqual([])
  expect(planOf(units, macOf({ serviceManager: 'systemd' })).blockers.map(one => one.code)).toEqual(['platform'])
})
