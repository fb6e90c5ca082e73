import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DeletionOptions } from '../../../shared/deletion'
import { MINUTE } from '../../../shared/units'
import { failureOf } from '../../helpers/failure'
import { isLive, startYard, untilLive, type Yard } from '../../helpers/nodes'

let yard: Yard
beforeAll(async () => {
  yard = await startYard({ count: 2 })
  await untilLive(yard.node('pc-a'), yard.node('pc-b'))
}, 2 * MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

const all = (change: Partial<DeletionOptions> = {}): DeletionOptions => DeletionOptions.parse(change)

test(
  'a quarantined machine stands still, is held off from everything else, and comes back as it was',
  async () => {
    const { deletionPlanner, operations, planner, fleet } = yard.services
    const { id } = yard.record('pc-b')
    const plan = await deletionPlanner.quarantine(id, 7, all())
    const wrong = await failureOf(operations.run(plan.id, { typedName: 'pc-B' }))
    expect(wrong.code).toBe('bad-input')
    expect(operations.list()).toEqual([])

    const started = await operations.run(plan.id, { typedName: 'pc-b' })
    expect(await operations.settled(started.id)).toMatchObject({ state: 'done', error: null })
    expect(await isLive(yard.node('pc-b'))).toBe(false)
    expect((await fleet.view(id)).removal).toMatchObject({ state: 'quarantined', operationId: started.id })
    const backup = await planner.backup(id, yard.options())
    expect((await failureOf(operations.run(backup.id))).message).toContain('quarantine')

    const release = await yard.run(await deletionPlanner.release(id))
    expect(release).toMatchObject({ state: 'done', error: null })
    await untilLive(yard.node('pc-b'))
    expect((await fleet.view(id)).removal).toBeNull()
  },
  3 * MINUTE,
)

test(
  'a deleted machine is proven empty, off the list, and its certificate is chained into the audit log',
  async () => {
    const { deletionPlanner, operations, registry, certificates, audit } = yard.services
    const { id } = yard.record('pc-a')
    const { stateDir } = yard.node('pc-a')
    const plan = await deletionPlanner.delete(id, all())
    expect(plan.steps).toHaveLength(11)
    const started = await operations.run(plan.id, { typedName: 'pc-a' })
    expect((await failureOf(deletionPlanner.delete(id, all()))).code).toBe('busy')
    const operation = await operations.settled(started.id)
    expect(operation.proof.filter(row => row.verdict !== 'proven')).toEqual([])
    expect(operation).toMatchObject({ state: 'done', error: null })
    expect(existsSync(stateDir)).toBe(false)
    expect(registry.list().map(node => node.label)).toEqual(['pc-b'])

    const certificate = certificates.get(operation.id)
    expect(certificate).toMatchObject({ isProven: true, isBackupWaived: false, node: { label: 'pc-a' } })
    expect(certificate?.backups[0]?.sha256).toMatch(/^[0-9a-f]{64}$/)
    const entry = audit.list().find(one => one.what === 'node deleted')
    expect(entry?.hash).toBe(certificate?.auditHash)
    expect(audit.verify()).toBeNull()
  },
  3 * MINUTE,
)
