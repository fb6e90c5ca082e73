import { expect, test } from 'vitest'
import { decided, startYard } from '../../helpers/nodes'

test('tries a whole migration', { timeout: 200_000 }, async () => {
  await using yard = await startYard()
  const { planner } = yard.services
  const [source, target] = [yard.record('pc-a').id, yard.record('pc-b').id]
  let t = performance.now()
  const draft = await planner.migrate(source, target, yard.options())
  console.log('draft', performance.now() - t)
  const plan = await planner.migrate(source, target, yard.options({ decisions: decided(draft) }))
  console.log(plan.blockers, plan.decisions.map(d => [d.id, d.chosen, d.options.map(o => o.id)]))
  yard.services.bus.listen((event, data) => {
    if (event === 'stepChanged') {
      const { status } = data as any
      if (status.state !== 'running' ) console.log(Math.round(performance.now() - t), status.stepId, status.state, status.note, status.error)
    }
  })
  t = performance.now()
  const run = await yard.run(plan)
  console.log(run.state, run.proof, run.error)
  expect(run.state).toBe('done')
})
