import type { Step } from '../../shared/plan.ts'
import { startDemoMachines } from './demo-machines.ts'
import type { Product } from './load.ts'
import { inSeconds, median, note, timed, type Extent, type Row } from './measure.ts'
import { decided, openWorkplace, secondsOf } from './workplace.ts'

/** Steps whose time is the gateway's, its service manager's or OpenClaw's own judges', not OCM's. */
const THEIRS: ReadonlySet<Step['action']['type']> = new Set(['service', 'command', 'http'])

/** A migration of a configuration without sessions: what OCM itself takes. */
export async function benchConfig(product: Product, { rounds }: Extent): Promise<Row[]> {
  const own: number[] = []
  const all: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { ownSeconds, seconds } = await migrateOnce(product)
    own.push(ownSeconds)
    all.push(seconds)
  }
  return [
    {
      what: 'Migration of a configuration (under 5 MB), without the gateway’s own start and stop',
      ocm: inSeconds(median(own)),
      against: `with them ${inSeconds(median(all))} (stand-in gateways)`,
      result: inSeconds(median(own)),
      target: '< 3 s',
      isMet: median(own) < 3,
    },
  ]
}

async function migrateOnce(product: Product): Promise<{ readonly ownSeconds: number; readonly seconds: number }> {
  await using machines = await startDemoMachines(2)
  await using place = await openWorkplace(product, true)
  const [source, target] = machines.nodes.map(node => place.enrol(node))
  if (source === undefined || target === undefined) throw new Error('Two demo nodes were asked for.')
  await place.services.repository() // made once in its life; that is no part of a migration
  const components = product.Component.options.filter(part => part !== 'sessions' && part !== 'media')
  const plan = await decided(decisions =>
    place.services.planner.migrate(source, target, {
      ...{ components, decisions, mode: 'move', profile: 'default', set: {}, force: false },
    }),
  )
  const { seconds, value } = await timed(() => place.run(plan, step => step.id !== 'linger')) // the demo’s users may not
  const steps = value.plan.steps.map(step => ({ step, seconds: secondsOf(value, step.id) }))
  note(steps.map(one => `${one.step.id} ${inSeconds(one.seconds)}`).join(', '))
  const theirs = steps.filter(({ step }) => THEIRS.has(step.action.type)).reduce((sum, one) => sum + one.seconds, 0)
  return { seconds, ownSeconds: seconds - theirs }
}
