/** Ways back on demo machines: over ssh, with the remote program, real files and real processes. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { decided, homeOf, startYard, untilLive, whenStep, type Yard } from '../../helpers/nodes'

let yard: Yard
beforeAll(async () => {
  yard = await startYard()
  await untilLive(source(), target())
}, MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

const source = () => yard.node('pc-a')
const target = () => yard.node('pc-b')
const below = (...names: readonly string[]): string => join(target().home, '.openclaw', ...names)

async function plan(): Promise<Plan> {
  const { planner } = yard.services
  const [from, to] = [yard.record('pc-a').id, yard.record('pc-b').id]
  const draft = await planner.migrate(from, to, yard.options())
  return planner.migrate(from, to, yard.options({ decisions: decided(draft) }))
}

/** Makes files as a gateway or an import of OpenClaw would, of every kind that a way back meets. */
function makeMeanwhile(): void {
  const made = ['cron', 'agents/late/sessions', 'workspace/projects/late', 'agents/main/agent/deep/er', 'tmp/late']
  for (const folder of made) mkdirSync(below(folder), { recursive: true })
  writeFileSync(below('agents/late/sessions/sessions.json'), '{}')
  writeFileSync(below('cron/late.json'), '{}')
  writeFileSync(below('tmp/late/lock'), '')
}

test(
  'takes away files and empty folders that came since, and nothing that was there before',
  async () => {
    // Before: files, empty folders, and folders whose content OCM does not carry.
    for (const folder of ['agents/mine/empty', 'workspace/empty', 'agents/tmponly/agent/tmp']) {
      mkdirSync(below(folder), { recursive: true })
    }
    writeFileSync(below('workspace/mine.txt'), 'mine')
    writeFileSync(below('agents/tmponly/agent/tmp/lock'), '')
    const before = homeOf(target())
    const made = await plan()
    using _watch = whenStep(
      yard.services,
      ({ stepId, state }) => stepId === 'validate' && state === 'running',
      id => {
        makeMeanwhile()
        yard.services.operations.cancel(id)
      },
    )
    const run = await yard.services.operations.settled((await yard.services.operations.start(made)).id)
    expect(run.state).toBe('cancelled')
    expect(homeOf(target())).toEqual(before)
    for (const gone of ['agents/late', 'agents/main/agent/deep', 'workspace/projects/late', 'cron']) {
      expect([gone, existsSync(below(gone))]).toEqual([gone, false])
    }
    // What OCM never carries it never judges.
    expect(existsSync(below('tmp/late/lock'))).toBe(true)
    await untilLive(source(), target())
  },
  3 * MINUTE,
)

test(
  'a return leaves no empty folder of the run, and keeps those that were empty before',
  async () => {
    const before = foldersIn(below())
    const run = await yard.run(await plan())
    expect(run.error).toBeNull()
    const names = (await listOfMigrations()).map(row => row.id)
    expect(names).toContain(run.snapshots['final'])
    expect(run.snapshots).not.toHaveProperty('capture')
    expect(names).toHaveLength(2) // The cancelled run above came no further than its own last one.
    mkdirSync(below('workspace/projects/since'), { recursive: true })
    const back = await yard.run(await yard.services.planner.goBack(yard.services.operations.get(run.id)))
    expect(back.error).toBeNull()
    expect(back.state).toBe('done')
    await untilLive(source(), target())
    expect(foldersIn(below())).toEqual(before)
    expect(existsSync(below('workspace/empty'))).toBe(true)
  },
  3 * MINUTE,
)

const listOfMigrations = async () =>
  (await (await yard.services.repository()).list()).filter(row => row.reason === 'migration')

/** Folders as a gateway's own comings and goings leave them out. */
function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter(path => !/^(?:tmp|logs|cache)(?:\/|$)/.test(path))
    .sort()
}
