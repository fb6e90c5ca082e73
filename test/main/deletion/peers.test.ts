import { expect, test } from 'vitest'
import { peersIn } from '../../../main/deletion/peers'
import { LiveRuns } from '../../../main/plan/live'
import { planDelete } from '../../../main/deletion/plan'
import type { Operation } from '../../../shared/plan'
import { deletionFacts, options, stamp } from './facts'

const record = (deviceId: string) => ({ profile: 'default', deviceId, what: 'paired device' })
const node = (label: string) => ({ nodeId: `id of ${label}`, label })
const answer = { own: [], known: [record('mine'), record('other')], notRead: [] }

test('records of the node are found on others; who could not be asked, or not wholly, is named', () => {
  const facts = peersIn(new Set(['mine']), [
    { ...node('a'), answer },
    { ...node('b'), answer: null },
    { ...node('c'), answer: { ...answer, known: [], notRead: ['default'] } },
  ])
  expect(facts.peers.map(({ label, deviceId }) => `${label} ${deviceId}`)).toEqual(['a mine'])
  expect(facts).toMatchObject({ sameIdentity: [], unaskedPeers: ['b', 'c'] })
})

test('an identity that another node goes by too is left alone: after a move its records are that one’s', () => {
  const moved = { own: [{ profile: 'default', deviceId: 'mine' }], known: [], notRead: [] }
  const facts = peersIn(new Set(['mine', 'only-mine']), [
    { ...node('a'), answer: { ...answer, known: [record('mine'), record('only-mine')] } },
    { ...node('moved-to'), answer: moved },
  ])
  expect(facts.peers.map(peer => peer.deviceId)).toEqual(['only-mine'])
  const { notes } = planDelete(deletionFacts(facts), options({ peers: ['mine'] }), stamp)
  expect(notes.join('\n')).toContain('moved-to goes by the same identity')
  expect(notes.join('\n')).toContain('No record to remove was found for mine.')
})

test('a run that changes another node keeps runs off it, and leaves one alone that a run has', () => {
  const runs = new LiveRuns()
  const plan = { ...planDelete(deletionFacts(), options(), stamp), target: 'a' }
  const running = { id: stamp.id, plan, state: 'running' } as Operation // all that is asked of it
  const live = runs.hold(running)
  expect(runs.borrow('a', 'other')).toBeNull()
  const hold = runs.borrow('b', stamp.id)
  expect(runs.borrow('b', 'other')).toBeNull()
  expect(() => runs.refuseBusy({ source: 'b', target: null })).toThrow(/part of a run under way: Delete/)
  expect(runs.holding('b')).toBeNull()
  hold?.[Symbol.dispose]()
  runs.refuseBusy({ source: 'b', target: null })
  runs.release(live)
  runs.borrow('a', 'other')?.[Symbol.dispose]()
})
