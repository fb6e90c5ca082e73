import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { operationText, planText, statusText } from '../../../main/cli/output'
import { createHandlers } from '../../../main/handlers'
import { commands, events, type Command } from '../../../shared/contract'
import { MINUTE } from '../../../shared/units'
import { noDesktop } from '../../helpers/no-desktop'
import { decided, startYard, untilLive } from '../../helpers/nodes'

const UNIT_VALUE = 'unit-value-71c5d02e9f'
const SUDO_PASSWORD = 'sudo-password-4be01a7c'

/** Everything beneath a folder, as bytes. */
function bytesBeneath(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const paths = names.map(name => join(folder, name)).filter(path => statSync(path).isFile())
  return new Map(paths.map(path => [path, readFileSync(path)]))
}

/** Looks at the arguments and environments of all processes until disposed; keeps those that hold one of the words. */
function watchProcesses(words: readonly string[], home: string): Disposable & { readonly seen: Set<string> } {
  const seen = new Set<string>()
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
        if (words.some(word => argv.includes(word))) seen.add(`argv: ${argv}`)
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
        const isGateway = argv.includes('gateway') && environment.includes(home) // its unit says so, on the node
        if (!isGateway && words.some(word => environment.includes(word))) seen.add(`environment of: ${argv}`)
      } catch {
        // It ended meanwhile.
      }
    }
  }
  const timer = setInterval(look, 100)
  return { seen, [Symbol.dispose]: () => clearInterval(timer) }
}

test(
  'in a whole migration by password no secret shows in the database, logs, backups, outputs, events or processes',
  async () => {
    await using yard = await startYard({ password: true })
    const [source, target] = [yard.node('pc-a'), yard.node('pc-b')]
    const [from, to] = [yard.record('pc-a').id, yard.record('pc-b').id]
    await untilLive(source, target)
    const unit = join(source.home, '.config/systemd/user/openclaw-gateway.service')
    const unitText = readFileSync(unit, 'utf8')
    writeFileSync(unit, unitText.replace('[Install]', `Environment="HOUSE_SECRET=${UNIT_VALUE}"\n\n[Install]`))
    await yard.services.secrets.set(from, 'sudo', SUDO_PASSWORD)
    const config = readFileSync(join(source.stateDir, 'openclaw.json'), 'utf8')
    const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(found => found[1] ?? '')
    const markers = [
      ...all(config, /botToken: '([^']+)'/g),
      ...all(config, /token: '([^']+)'/g),
      ...all(readFileSync(join(source.stateDir, '.env'), 'utf8'), /API_KEY=(\S+)/g),
      ...all(readFileSync(join(target.stateDir, 'openclaw.json'), 'utf8'), /"token": "([^"]+)"/g),
      ...[source.password, target.password, UNIT_VALUE, SUDO_PASSWORD],
    ]
    expect(markers.length).toBeGreaterThanOrEqual(9)

    using processes = watchProcesses(markers, yard.fleet.folder)
    const shown: string[] = []
    const { services } = yard
    using _events = services.bus.listen((event, data) => {
      shown.push(JSON.stringify(data))
      events[event].parse(data)
    })
    const handlers = createHandlers(services, noDesktop())
    const call = async <T>(name: Command, input?: unknown): Promise<T> => {
      const value = await (handlers[name] as (given: unknown) => Promise<unknown>)(commands[name].input.parse(input))
      const passed = commands[name].output.parse(value)
      shown.push(JSON.stringify(passed ?? null))
      return passed as T
    }
    await call('nodes.test', { nodeId: from })
    const options = yard.options()
    const draft = await services.planner.migrate(from, to, options)
    const plan = await services.planner.migrate(from, to, { ...options, decisions: decided(draft) })
    shown.push(JSON.stringify(plan), planText(plan))
    const run = await yard.run(plan)
    expect(run.error).toBeNull()
    expect(run.state).toBe('done')
    shown.push(operationText(run), ...run.steps.map(status => statusText(plan, status)))
    const placed = readFileSync(join(target.stateDir, '.env'), 'utf8')
    expect(placed).toContain(UNIT_VALUE)

    const backupId = run.snapshots['safety'] ?? ''
    shown.push(planText(await services.planner.restore(backupId, to, options)))
    for (const name of ['app.info', 'settings.get', 'nodes.list', 'backups.list', 'operations.list'] as const)
      await call(name)
    await call('audit.list', {})
    await call('nodes.survey', { nodeId: to })
    for (const id of Object.values(run.snapshots)) await call('backups.show', { backupId: id })
    await call('backups.verify', { backupId })
    await call('plans.backup', { nodeId: to, options })
    await call('plans.restore', { backupId: run.snapshots['final'], nodeId: to, options })
    await call('plans.migrate', { source: to, target: from, options: { ...options, mode: 'clone' } })
    await call('plans.return', { operationId: run.id })
    for (const marker of markers) {
      expect(shown.some(text => text.includes(marker))).toBe(false)
      for (const [path, bytes] of bytesBeneath(yard.dataDir))
        expect([path, bytes.includes(marker)]).toEqual([path, false])
    }
    expect([...processes.seen]).toEqual([])
  },
  3 * MINUTE,
)
