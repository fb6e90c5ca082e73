import { expect, test } from 'vitest'
import { createRegistrar } from '../../../main/deletion/registrar'
import { planDelete } from '../../../main/deletion/plan'
import { renderCertificate } from '../../../main/deletion/render'
import { createRegistry } from '../../../main/nodes/registry'
import { Operations } from '../../../main/plan/operations'
import { Shelf } from '../../../main/plan/shelf'
import type { Means } from '../../../main/perform/types'
import { createHostKeys } from '../../../main/ssh/host-keys'
import { createAudit } from '../../../main/store/audit'
import { createCertificates } from '../../../main/store/certificates'
import { openDatabase } from '../../../main/store/database'
import { createDeletedNodes } from '../../../main/store/deleted-nodes'
import { createJournal } from '../../../main/store/journal'
import { createQuarantines } from '../../../main/store/quarantines'
import type { Trace } from '../../../shared/deletion'
import type { Operation, StepState } from '../../../shared/plan'
import { failureOf } from '../../helpers/failure'
import { tempFolder } from '../../helpers/temp'
import { deletionFacts, options, stamp, trace } from './facts'

const FINGERPRINT = `SHA256:${'a'.repeat(43)}`

/** OCM's own records around one node, with a deletion of it in the journal that came so far. */
function records(
  states: Partial<Record<string, StepState>>,
  state: Operation['state'] = 'running',
  found: readonly Trace[] = [],
) {
  const folder = tempFolder()
  const store = openDatabase(folder.path)
  const audit = createAudit(store)
  const registry = createRegistry(store)
  const hostKeys = createHostKeys(store)
  const journal = createJournal(store)
  const certificates = createCertificates(store)
  const quarantines = createQuarantines(store)
  const deleted = createDeletedNodes(store)
  const cleared: string[] = []
  const dropped: string[] = []
  const node = registry.add({ label: 'pc-a', host: 'pc-a.lan', user: 'ada', auth: { method: 'agent' } })
  hostKeys.replace(node.id, { type: 'ssh-ed25519', fingerprint: FINGERPRINT })
  const facts = deletionFacts({ found })
  const plan = planDelete({ ...facts, node: { ...facts.node, record: node } }, options(), stamp)
  const startedAt = '2026-11-20T12:00:00.000Z'
  journal.begin({
    ...{ id: stamp.id, plan, state, startedAt, endedAt: null, proof: [], error: null, snapshots: {}, canReturn: false },
    steps: plan.steps.map(step => ({
      ...{ stepId: step.id, state: states[step.id] ?? 'done', startedAt, endedAt: startedAt },
      ...{ note: '', error: null, progress: null },
    })),
  })
  const registrar = createRegistrar({
    ...{ store, audit, registry, hostKeys, journal, certificates, quarantines, deleted },
    secrets: { clearAll: nodeId => Promise.resolve(void cleared.push(nodeId)) },
    pool: { drop: nodeId => void dropped.push(nodeId) },
    remotes: { drop: () => undefined },
    backupHash: () => null,
  })
  const open = () =>
    new Operations({
      ...{ shelf: new Shelf(), journal, emit: () => undefined, audit: () => undefined },
      means: { registrar } as Partial<Means> as Means, // the last steps of a deletion reach for nothing else
      onFailure: error => {
        throw error
      },
      inventory: () => Promise.reject(new Error('not asked')),
      quarantine: nodeId => quarantines.get(nodeId),
      isDeleted: nodeId => deleted.get(nodeId) !== null && registry.list().length === 0,
    })
  const end = (): void => {
    store[Symbol.dispose]()
    folder[Symbol.dispose]()
  }
  return {
    registrar,
    registry,
    audit,
    certificates,
    quarantines,
    journal,
    node,
    plan,
    cleared,
    open,
    [Symbol.dispose]: end,
  }
}

test('forgetting takes the record first and the secrets with it, and can be done again', async () => {
  using all = records({})
  await all.registrar.forget(all.node.id)
  await all.registrar.forget(all.node.id)
  expect(all.registry.list()).toEqual([])
  expect(all.cleared).toEqual([all.node.id, all.node.id])
})

test('a certificate is written once, names the node that is gone, and its hash is in the chain', async () => {
  using all = records({})
  await all.registrar.forget(all.node.id)
  const first = all.registrar.certify(all.journal.get(stamp.id))
  expect(first).toMatchObject({ node: { label: 'pc-a', host: 'pc-a.lan', hostKey: FINGERPRINT }, isProven: true })
  expect(all.registrar.certify(all.journal.get(stamp.id))).toEqual(first)
  expect(all.audit.list()).toHaveLength(1)
  expect(all.audit.list()[0]).toMatchObject({ what: 'node deleted', hash: first.auditHash })
})

test('where something stays as planned, neither the certificate nor the audit log says that nothing remains', () => {
  using all = records({}, 'running', [trace('state', '/srv/link', { refusal: 'There is a link on the way.' })])
  const certificate = all.registrar.certify(all.journal.get(stamp.id))
  expect(certificate).toMatchObject({ isProven: true, isWhole: false })
  expect(all.audit.list()[0]).toMatchObject({ what: 'part of a node deleted' })
  expect(all.audit.list()[0]?.text).toContain('Something of OpenClaw stays on it.')
  expect(renderCertificate(certificate, 'markdown')).toContain('Something of OpenClaw stays on it.')
})

test('a deletion that ended right after its record went is finished by itself at the next start', async () => {
  using all = records({ 'remove-state': 'failed', 'update-registry': 'running', record: 'waiting' })
  await all.registrar.forget(all.node.id)
  await using operations = all.open()
  expect(operations.get(stamp.id).state).toBe('cleaning-up')
  await operations.finishDeletions()
  expect(operations.get(stamp.id)).toMatchObject({ state: 'done' })
  expect(operations.get(stamp.id).steps.find(step => step.stepId === 'remove-state')?.state).toBe('failed')
  expect(all.certificates.get(stamp.id)).toMatchObject({ isProven: true })
})

test('a node that was only forgotten is never certified', async () => {
  using all = records({ 'update-registry': 'waiting', record: 'waiting' })
  all.registry.remove(all.node.id)
  await using operations = all.open()
  await operations.finishDeletions()
  expect(operations.get(stamp.id).state).toBe('cleaning-up')
  expect(all.certificates.get(stamp.id)).toBeNull()
})

test('a node that is cleaning up is held off from other runs, cannot be taken back, and tells its step', async () => {
  using all = records({ uninstall: 'failed', 'remove-state': 'waiting', verify: 'waiting' })
  await using operations = all.open()
  const refused = await failureOf(operations.start({ ...all.plan, kind: 'backup' }))
  expect(refused.message).toContain('cleaning up, step 6 of 11')
  expect(refused.hint).toBe('Retry what is left.')
  expect(() => operations.refuseBusy(all.node.id)).toThrow('cleaning up')
  expect(() => operations.rollBack(stamp.id)).toThrow('cannot be taken back')
  expect(operations.removal(all.node.id, null)).toMatchObject({ state: 'cleaning-up', step: 6, of: 11 })
})

test('a deletion that was interrupted before anything went can still be taken back', async () => {
  using all = records({ ...Object.fromEntries(plannedAfterStop.map(id => [id, 'waiting' as const])), stop: 'running' })
  await using operations = all.open()
  expect(operations.get(stamp.id).state).toBe('interrupted')
  expect(() => operations.refuseBusy(all.node.id)).toThrow('interrupted')
  operations.rollBack(stamp.id)
  expect((await operations.settled(stamp.id)).state).toBe('returned')
  expect(operations.removal(all.node.id, null)).toBeNull()
})

const plannedAfterStop = [
  ...['disable', 'back-up', 'release-bots', 'clear-sessions', 'uninstall', 'remove-state', 'remove-units'],
  ...['verify', 'update-registry', 'record'],
]

test('a plan that deletes runs only for the very name of its node, and stays good after a wrong one', async () => {
  using all = records({}, 'done')
  const shelf = new Shelf()
  await using operations = new Operations({
    ...{ shelf, journal: all.journal, emit: () => undefined, audit: () => undefined },
    means: {} as Means, // it is refused before anything is looked at
    onFailure: () => undefined,
    inventory: () => Promise.reject(new Error('looked at')),
    quarantine: () => null,
    isDeleted: () => false,
  })
  shelf.put({ ...all.plan, id: '00000000-0000-4000-8000-00000000000a' })
  for (const typedName of [undefined, '', 'PC-A', 'pc-a '])
    expect((await failureOf(operations.run('00000000-0000-4000-8000-00000000000a', { typedName }))).code).toBe(
      'bad-input',
    )
  await expect(operations.run('00000000-0000-4000-8000-00000000000a', { typedName: 'pc-a' })).rejects.toThrow(
    'looked at',
  )
})
