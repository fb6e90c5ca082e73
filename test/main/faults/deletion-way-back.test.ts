import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import type { Operation, Plan } from '../../../shared/plan'
import { MINUTE, SECOND } from '../../../shared/units'
import { isLive, whenStep } from '../../helpers/nodes'
import { test } from '../../helpers/posix'
import { startVictim, unitPath, type Victim } from '../../helpers/victim'

let victim: Victim

beforeEach(async () => {
  victim = await startVictim()
}, 2 * MINUTE)
afterEach(() => victim[Symbol.asyncDispose]())

/** Runs a deletion whose backup cannot be made; `change` makes of the command that starts the gateway another one. */
async function failedDeletion(plan: Plan, change: (command: string) => string): Promise<Operation> {
  const unit = unitPath(victim.node)
  const unreadable = join(victim.node.stateDir, 'openclaw.json')
  using _fault = whenStep(
    victim.services,
    ({ stepId, state }) => stepId === 'disable' && state === 'running',
    () => {
      chmodSync(unreadable, 0o000)
      writeFileSync(
        unit,
        readFileSync(unit, 'utf8').replace(/^ExecStart=(.*)$/m, (_, line: string) => `ExecStart=${change(line)}`),
      )
    },
  )
  using _healed = whenStep(
    victim.services,
    ({ stepId, state }) => stepId === 'back-up' && state === 'failed',
    () => chmodSync(unreadable, 0o600),
  )
  return await victim.run(plan) // The faults are to last as long.
}

/** A unit of it is active at once, and serves once `condition` holds. */
function waitingFor(condition: string, line: string): string {
  return `sh -c "until ${condition}; do sleep 0.2; done; exec ${line.replaceAll('"', '')}"`
}

/** The same plan, with less patience for gateways on its way back. */
function hasty(plan: Plan, limitMs: number): Plan {
  const steps = plan.steps.map(step =>
    step.undo?.type === 'quarantine' && step.undo.gateways !== undefined
      ? { ...step, undo: { ...step.undo, gateways: step.undo.gateways.map(gateway => ({ ...gateway, limitMs })) } }
      : step,
  )
  return { ...plan, steps }
}

test(
  'a deletion that fails before anything is deleted ends only when the gateway is live again',
  async () => {
    const plan = await victim.plan()
    expect(plan.steps[0]?.undo).toMatchObject({ gateways: [{ profile: 'default', limitMs: 3 * MINUTE }] })
    const run = await failedDeletion(plan, line => waitingFor('sleep 6', line))
    expect(await isLive(victim.node)).toBe(true)
    expect(run.state).toBe('failed')
    expect(run.error?.message).toContain('openclaw.json')
    expect(run.steps.slice(0, 2).map(({ state }) => state)).toEqual(['undone', 'undone'])
  },
  2 * MINUTE,
)

test(
  'one whose gateway does not come back healthy says so, and its way back can be taken again',
  async () => {
    const plan = hasty(await victim.plan(), 8 * SECOND)
    const mended = join(victim.node.home, 'mended')
    const run = await failedDeletion(plan, line => waitingFor(`[ -e '${mended}' ]`, line))
    expect(run.state).toBe('interrupted')
    expect(run.error?.message).toMatch(
      /openclaw\.json.*could not be taken back.*did not come up healthy.*does not answer/,
    )
    const stop = run.steps.find(({ stepId }) => stepId === 'stop')
    expect(stop).toMatchObject({ note: expect.stringMatching(/did not come up healthy/) as string })
    expect(victim.services.registry.list().map(({ id }) => id)).toContain(victim.nodeId)

    writeFileSync(mended, '')
    const { operations } = victim.services
    const back = await operations.settled(operations.rollBack(run.id).id)
    expect(back.state).toBe('returned')
    expect(await isLive(victim.node)).toBe(true)
  },
  2 * MINUTE,
)
