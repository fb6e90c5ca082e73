import { expect, test } from 'vitest'
import { deletionText } from '../../../main/cli/delete-text'
import { planDelete, planQuarantine } from '../../../main/deletion/plan'
import { planRelease } from '../../../main/deletion/release-plan'
import { DeletionVerb } from '../../../shared/deletion'
import { Plan, type Action, type Step } from '../../../shared/plan'
import { gatewayUnit, nodeFacts, profileFacts } from '../../helpers/facts'
import { deletionFacts, options, PACKAGE, plainTraces, stamp, STATE, trace, UNIT, verdicts } from './facts'

const planOf = (change: Parameters<typeof deletionFacts>[0] = {}, chosen: Parameters<typeof options>[0] = {}): Plan =>
  Plan.parse(planDelete(deletionFacts(change), options(chosen), stamp))

function step(plan: Plan, id: string): Step {
  const found = plan.steps.find(one => one.id === id)
  if (found === undefined) throw new Error(`No step ${id}`)
  return found
}

function itemsOf({ action }: Step): readonly string[] {
  return action.type === 'delete' || action.type === 'quarantine' ? action.items : []
}

const commandsOf = (action: Action | undefined): readonly (readonly string[])[] =>
  action !== undefined && 'commands' in action ? action.commands : []

test('a plain install goes in eleven steps, the record last, and nothing is taken back once bots are let go of', () => {
  const plan = planOf()
  expect(plan.steps.map(one => one.id)).toEqual(DeletionVerb.options)
  expect(plan.noReturnFrom).toBe('release-bots')
  expect(plan.deletion).toMatchObject({ isWhole: true, confirm: 'pc-a', profiles: ['default'] })
  expect(plan.relies).toEqual({ [plan.target ?? '']: plan.deletion?.digest })
  expect(plan.steps.filter(one => one.isCritical).map(one => one.id)).toEqual([
    'stop',
    'back-up',
    'verify',
    'update-registry',
    'record',
  ])
  expect(itemsOf(step(plan, 'verify'))).toHaveLength(5)
  expect(plan.steps.filter(one => one.detail.trim() === '' || one.probe.trim() === '').map(one => one.id)).toEqual([])
  expect(itemsOf(step(plan, 'remove-state'))).toEqual([`state:${STATE}`])
})

test('the stop names each service, waits as long as they allow together, and brings back only what ran', () => {
  const second = { name: 'openclaw-node.service', path: '/etc/systemd/system/openclaw-node.service' }
  const services = [
    gatewayUnit({ name: 'openclaw-gateway' }),
    gatewayUnit({
      name: 'openclaw-node',
      scope: 'system',
      stopLimitMs: 90_000,
      activeState: { state: 'known', value: 'inactive' },
    }),
  ]
  const node = { ...nodeFacts('pc-a', { profile: { services } }), canSudo: true }
  const found = [...plainTraces(), trace('unit', second.path, { name: second.name, scope: 'system', needsRoot: true })]
  const stop = step(planOf({ node, found }), 'stop')
  expect(commandsOf(stop.action)).toEqual([
    ['systemctl', '--user', 'stop', '--', 'openclaw-gateway.service'],
    ['systemctl', 'stop', '--', 'openclaw-node.service'],
  ])
  expect(stop.limitMs).toBe(330_000 + 90_000 + 20_000)
  expect(commandsOf(stop.undo)).toEqual([['systemctl', '--user', 'start', '--', 'openclaw-gateway.service']])
  expect(stop.detail).toContain('sudo')
})

test('a copy of a unit, a drop-in or a link is removed, never stopped', () => {
  const found = [
    trace('unit', `${UNIT}.bak`),
    trace('unit', `${UNIT}.d`),
    trace('unit', '/home/ada/.config/systemd/user/default.target.wants/openclaw-gateway.service'),
  ]
  const plan = planOf({ found })
  expect(commandsOf(step(plan, 'stop').action)).toEqual([])
  expect(itemsOf(step(plan, 'remove-units'))).toHaveLength(3)
})

test('the preview says what is set up there: services with their state, agents, sessions, channels, cron jobs', () => {
  const plan = planOf()
  expect(plan.deletion?.holds?.map(({ what, found }) => `${what}: ${found}`)).toEqual([
    'Service: openclaw-gateway.service (user): active, starts by itself',
    'Agents: 2 · main · helper',
    'Sessions: 1',
    'Channels: 1 · telegram default',
    'Cron jobs: 1 · daily',
  ])
  const text = deletionText(plan)
  for (const words of ['Agents      2 · main · helper (profile default)', 'Cron jobs   1 · daily'])
    expect(text).toContain(words)
  const closed = profileFacts({
    agents: { state: 'unknown', why: 'closed' },
    channels: { state: 'unknown', why: 'closed' },
  })
  const unknown = planOf({ node: nodeFacts('pc-a', { survey: { profiles: [closed] } }) }).deletion?.holds
  expect(unknown?.map(({ found }) => found)).toContain('not known: closed')
  expect(planOf({}, { profiles: [] }).deletion?.holds).toEqual([])
})

test('a workspace outside goes only when it is ticked, and one that nobody has is refused', () => {
  expect(verdicts(planOf())['/data/ada-work']).toBe('stays')
  expect(verdicts(planOf({}, { workspaces: ['/data/ada-work/'] }))['/data/ada-work']).toBe('goes')
  expect(planOf({}, { workspaces: ['/data'] }).blockers.map(one => one.code)).toEqual(['no-workspace'])
})

test('what the guards refuse is shown, is part of no step, and keeps the node on the list', () => {
  const found = [...plainTraces(), trace('state', '/srv/link', { refusal: 'There is a link on the way.' })]
  const plan = planOf({ found })
  expect(plan.deletion?.items.find(item => item.name === '/srv/link')).toMatchObject({
    ...{ verdict: 'refused', verb: null, why: 'There is a link on the way.' },
  })
  expect(plan.deletion?.isWhole).toBe(false)
  expect(plan.steps.flatMap(itemsOf)).not.toContain('state:/srv/link')
  expect(step(plan, 'update-registry').title).toContain('Keep')
})

test('lines in the schedule of the system are left to the person, with their command, and keep the node on the list', () => {
  const path = '/etc/cron.d/openclaw'
  const lines = [{ text: '@reboot ada openclaw gateway run', sha256: 'a'.repeat(64) }]
  const plan = planOf({ found: [...plainTraces(), trace('cron-lines', path, { path, lines, needsRoot: true })] })
  const item = plan.deletion?.items.find(one => one.name === path)
  expect(item).toMatchObject({ verdict: 'by-hand', verb: null, why: expect.stringContaining('schedule') as string })
  expect(plan.deletion?.byHand.map(one => one.command)).toContain('sudoedit /etc/cron.d/openclaw')
  expect(plan.deletion?.byHand.map(one => one.text).join()).toContain('@reboot ada openclaw gateway run')
  expect(plan.deletion?.isWhole).toBe(false)
  expect(plan.steps.flatMap(itemsOf)).not.toContain(item?.id)
  const own = planOf({ found: [...plainTraces(), trace('cron-lines', 'crontab of ada', { lines })] })
  expect(verdicts(own)['crontab of ada']).toBe('goes')
})

test('lines that a person wrote stay, and the deletion is whole all the same', () => {
  const own = trace('shell-lines', '/home/ada/.bashrc', { profile: null, isOwn: true })
  const plan = planOf({ found: [...plainTraces(), own] })
  expect(verdicts(plan)['/home/ada/.bashrc']).toBe('stays')
  expect(plan.deletion?.isWhole).toBe(true)
})

test('a folder that holds something that stays is refused as a whole', () => {
  const found = [
    ...plainTraces(),
    trace('state', `${STATE}/nested`, { profile: 'work' }),
    trace('workspace', '/data/ada-work/mine', { scope: 'system' }),
  ]
  const node = { ...nodeFacts('pc-a'), canSudo: true }
  const plan = planOf({ found, node }, { profiles: ['default'], workspaces: ['/data/ada-work'] })
  expect(verdicts(plan)).toMatchObject({
    [STATE]: 'refused',
    '/data/ada-work': 'refused',
    [`${STATE}/nested`]: 'stays',
  })
})

test('profiles that are not chosen keep all that is theirs, and the program they run on', () => {
  const survey = { profiles: [profileFacts(), profileFacts({ name: 'work', stateDir: '/home/ada/.openclaw-work' })] }
  const node = { ...nodeFacts('pc-a', { survey }), canSudo: true }
  const work = '/home/ada/.openclaw-work'
  const found = [
    ...plainTraces(),
    trace('state', work, { profile: 'work' }),
    trace('process', 'openclaw-node (pid 1)', { profile: null }),
  ]
  const plan = planOf({ node, found }, { profiles: ['work'] })
  expect(plan.deletion).toMatchObject({ isWhole: false, profiles: ['work'] })
  expect(plan.deletion?.items.filter(item => item.verdict === 'goes').map(item => item.name)).toEqual([work])
  expect(plan.deletion?.bots).toMatchObject([{ profile: 'work', sharedWith: 'the profile default' }])
  expect(planOf({ node, found }, { profiles: ['play'] }).blockers.map(one => one.code)).toEqual(['no-profile'])
  expect(planOf({ node, found }).deletion?.isWhole).toBe(true)
})

test('a program for all that another account needs stays, and the deletion is whole all the same', () => {
  const found = [
    trace('package', PACKAGE, { profile: null, scope: 'system', refusal: 'Another account runs OpenClaw too.' }),
    trace('state', '/home/bob/.openclaw', { scope: 'system', profile: null }),
  ]
  const plan = planOf({ found })
  expect(verdicts(plan)).toEqual({ [PACKAGE]: 'stays', '/home/bob/.openclaw': 'stays' })
  expect(plan.deletion?.isWhole).toBe(true)
})

test('linger goes only where OCM switched it on', () => {
  expect(verdicts(planOf())['linger of ada']).toBe('stays')
  const plan = planOf({ enabledLinger: true })
  expect(verdicts(plan)['linger of ada']).toBe('goes')
  expect(commandsOf(step(plan, 'remove-units').action)).toContainEqual(['loginctl', 'disable-linger', 'ada'])
})

test('without a sudo password the exact command for root is left to the person, quoted', () => {
  const odd = trace('unit', "/etc/systemd/system/open'claw; reboot.service", { scope: 'system', needsRoot: true })
  const plan = planOf({ node: nodeFacts('pc-a'), found: [...plainTraces(), odd] })
  expect(plan.deletion?.byHand.map(one => one.command)).toEqual([
    '/deletebot',
    'sudo /usr/local/bin/npm rm -g openclaw',
    `sudo rm -rf -- '/etc/systemd/system/open'\\''claw; reboot.service'`,
  ])
})

test('a bot that another managed node uses is not touched, and the preview says which node', () => {
  const plan = planOf({ foreignBots: new Map([['123456789', 'pc-b']]) })
  expect(plan.deletion?.bots).toEqual([
    { botId: '123456789', account: 'default', profile: 'default', sharedWith: 'pc-b' },
  ])
  expect(plan.deletion?.byHand).toEqual([])
  expect(plan.notes.join()).toContain('pc-b')
})

test('a protected node is blocked, and so is another system', () => {
  const node = nodeFacts('pc-a')
  const guarded = planOf({ node: { ...node, record: { ...node.record, isProtected: true } } })
  expect(guarded.blockers.map(one => one.code)).toEqual(['protected'])
  expect(guarded.steps).toEqual([])
  const other = nodeFacts('pc-a', { survey: { os: { ...node.survey.os, platform: 'freebsd', name: 'FreeBSD' } } })
  expect(planOf({ node: other }).blockers).toMatchObject([
    { code: 'platform', text: 'pc-a runs FreeBSD. OCM deletes, with proof, on Linux, macOS and Windows.' },
  ])
})

test('where nothing is left the plan says so and still proves it', () => {
  const node = nodeFacts('pc-a', { survey: { profiles: [] } })
  const plan = planOf({ node, found: [] })
  expect(plan.sentence).toContain('Nothing of OpenClaw was found')
  expect(plan.steps).toHaveLength(11)
  expect(plan.steps.flatMap(one => [...itemsOf(one), ...commandsOf(one.action)])).toEqual([])
  expect(plan.deletion?.isWhole).toBe(true)
})

test('a waived backup stands in the sentence that the audit log keeps, and stops nothing any more', () => {
  const plan = planOf({}, { waiveBackup: true })
  expect(plan.sentence).toContain('Without a backup')
  expect(step(plan, 'back-up').isCritical).toBe(false)
  expect(plan.wayBack).toContain('waived')
})

test('the digest holds for other processes and sizes, and differs for another item or verdict', () => {
  const digest = planOf().deletion?.digest
  const [, ...rest] = plainTraces()
  expect(planOf({ found: rest.map(one => ({ ...one, size: null })) }).deletion?.digest).toBe(digest)
  expect(
    planOf({ found: [...plainTraces(), trace('leftover', '/home/ada/.cache/openclaw')] }).deletion?.digest,
  ).not.toBe(digest)
  expect(planOf({}, { workspaces: ['/data/ada-work'] }).deletion?.digest).not.toBe(digest)
})

test('a quarantine stops, switches off and notes; its way back is what its own steps would undo', () => {
  const facts = deletionFacts({
    node: {
      ...nodeFacts('pc-a', { profile: { services: [gatewayUnit({ name: 'openclaw-gateway' })] } }),
      canSudo: true,
    },
  })
  const plan = Plan.parse(planQuarantine(facts, 7, options(), stamp))
  expect(plan.steps.map(one => one.id)).toEqual(['stop', 'disable', 'keep'])
  expect(plan.steps.every(one => one.isCritical)).toBe(true)
  expect(plan.noReturnFrom).toBeUndefined()
  const at = '2026-11-20T12:00:00.000Z'
  const operation = {
    ...{ id: stamp.id, plan, state: 'done' as const, startedAt: at, endedAt: at, steps: [], proof: [], error: null },
    ...{ snapshots: {}, canReturn: false },
  }
  const entry = { nodeId: facts.node.record.id, operationId: stamp.id, since: at, until: at, options: options() }
  const release = Plan.parse(planRelease(facts.node, entry, operation, stamp))
  expect(release.steps.map(one => commandsOf(one.action))).toEqual([
    [['systemctl', '--user', 'enable', '--', 'openclaw-gateway.service']],
    [['systemctl', '--user', 'start', '--', 'openclaw-gateway.service']],
    [],
    [],
  ])
  expect(release.steps.at(-1)?.action).toMatchObject({ type: 'http', profile: 'default', path: '/healthz' })
  const stopped = { ...operation, plan: { ...plan, steps: [] } }
  const ids = planRelease(facts.node, entry, stopped, stamp).steps.map(one => one.id)
  expect(ids).toEqual(['enable', 'start', 'end']) // what did not run before need not answer
})
