/** The proof at the end of a run, on demo machines over ssh. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation, Plan, ProofRow } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { decided, startYard, untilLive, whenStep, type Yard } from '../../helpers/nodes'

let yard: Yard
beforeAll(async () => {
  yard = await startYard()
  await untilLive(yard.node('pc-a'), yard.node('pc-b'))
}, MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

const PORT_ROW = 'The port that answers is the configured one'
const PATH_ROW = 'Paths that exist only on the source'

async function plan(): Promise<Plan> {
  const { planner } = yard.services
  const [from, to] = [yard.record('pc-a').id, yard.record('pc-b').id]
  const draft = await planner.migrate(from, to, yard.options())
  return planner.migrate(from, to, yard.options({ decisions: decided(draft) }))
}

const rowOf = (run: Operation, what: string): ProofRow | undefined => run.proof.find(row => row.what === what)

test('a gateway on another port than its configuration names is not proven', { timeout: 2 * MINUTE }, async () => {
  const made = await plan()
  const file = join(yard.node('pc-b').home, '.openclaw/openclaw.json')
  using _watch = whenStep(
    yard.services,
    ({ stepId, state }) => stepId === 'health' && state === 'done',
    () => writeFileSync(file, readFileSync(file, 'utf8').replace(/("?port"?\s*:\s*)\d+/, '$118999')),
  )
  const run = await yard.services.operations.settled((await yard.services.operations.start(made)).id)
  expect(run.state).toBe('failed')
  expect(run.error?.message).toContain(PORT_ROW)
  const { expected, verdict } = rowOf(run, PORT_ROW) ?? {}
  expect({ expected, verdict }).toEqual({ expected: '18999', verdict: 'differs' })
  await untilLive(yard.node('pc-a'), yard.node('pc-b'))
})

test(
  'old paths in messages for people are named and prove nothing against it; those in settings are translated',
  { timeout: 2 * MINUTE },
  async () => {
    const home = yard.node('pc-a').home
    const file = join(home, '.openclaw/state/openclaw.sqlite')
    const job = { payload: { kind: 'command', cwd: `${home}/bin`, message: `look into ${home}/notes` } }
    editJobs(file, database =>
      database
        .prepare('UPDATE cron_jobs SET job_json = json_patch(job_json, ?) WHERE rowid = 1')
        .run(JSON.stringify(job)),
    )
    const run = await yard.run(await plan())
    expect(run.error).toBeNull()
    expect(rowOf(run, PATH_ROW)).toMatchObject({ verdict: 'proven' })
    expect(rowOf(run, PATH_ROW)?.found).toContain('cron_jobs.job_json/payload/message')
    expect(rowOf(run, PORT_ROW)?.verdict).toBe('proven')
    const there = yard.node('pc-b').home
    const jobs = editJobs(join(there, '.openclaw/state/openclaw.sqlite'), database =>
      database.prepare('SELECT job_json FROM cron_jobs').all(),
    )
    const placed = jobs.map(row => String(row['job_json'])).find(json => json.includes('look into'))
    expect(placed).toContain(`"cwd":"${there}/bin"`)
    expect(placed).toContain(`look into ${home}/notes`)
  },
)

function editJobs<T>(file: string, act: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file)
  try {
    return act(database)
  } finally {
    database.close()
  }
}
