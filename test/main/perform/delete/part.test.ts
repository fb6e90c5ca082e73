import { expect, test } from 'vitest'
import { livesAndGoes } from '../../../../main/perform/delete/alive'
import { goingItems } from '../../../../main/perform/delete/part'
import { Deletion, type DeletionItem, DeletionOptions, type Trace } from '../../../../shared/deletion'

function trace(change: Partial<Trace>): Trace {
  return {
    ...{ id: 'process:1:1', kind: 'process', name: 'openclaw-gateway (pid 1)', path: null, scope: 'user' },
    ...{ profile: 'default', size: null, refusal: null, needsRoot: false, port: null, uninstall: null },
    ...{ process: { pid: 1, startedAtTicks: 1, role: 'gateway', unit: null }, paths: [], lines: [] },
    ...change,
  }
}

const item = (change: Partial<DeletionItem>): DeletionItem => ({
  ...{ verdict: 'goes', why: '', verb: null },
  ...trace(change),
  ...change,
})

function deletion(items: readonly DeletionItem[], change: Partial<Deletion> = {}): Deletion {
  return Deletion.parse({
    ...{ options: DeletionOptions.parse({}), confirm: 'pc', profiles: ['default'], isWhole: true, items, notSeen: [] },
    ...{ bots: [], peers: [], byHand: [], lastBackup: null, digest: '' },
    ...change,
  })
}

const unit = (name: string, verdict: DeletionItem['verdict']): DeletionItem =>
  item({ id: `unit:${name}`, kind: 'unit', name, path: `/home/a/.config/systemd/user/${name}`, verdict, process: null })

test('a step touches only what goes, whatever it names', () => {
  const plan = deletion([item({ id: 'a' }), item({ id: 'b', verdict: 'stays' }), item({ id: 'c', verdict: 'refused' })])
  expect(goingItems(plan, ['a', 'b', 'c', 'd']).map(one => one.id)).toEqual(['a'])
})

test('a process nobody knew of goes with its profile or its unit, and stays with those that stay', () => {
  const plan = deletion([unit('openclaw-gateway.service', 'goes'), unit('openclaw-gateway-work.service', 'stays')], {
    isWhole: false,
  })
  const goes = (change: Partial<Trace>, unitName: string | null = null): boolean =>
    livesAndGoes(
      trace({ ...change, id: 'process:2:2', process: { pid: 2, startedAtTicks: 2, role: 'other', unit: unitName } }),
      plan,
    )
  expect(goes({})).toBe(true)
  expect(goes({ profile: 'work' })).toBe(false)
  expect(goes({ profile: null })).toBe(false)
  expect(goes({ profile: null }, 'openclaw-gateway')).toBe(true)
  expect(goes({ profile: 'default' }, 'openclaw-gateway-work')).toBe(false)
  expect(goes({ scope: 'system' })).toBe(false)
  expect(livesAndGoes(trace({ kind: 'state' }), plan)).toBe(false)
})

test('where everything goes, so does a process of no known profile, but none of another account', () => {
  const plan = deletion([])
  expect(livesAndGoes(trace({ profile: null }), plan)).toBe(true)
  expect(livesAndGoes(trace({ profile: null, scope: 'system' }), plan)).toBe(false)
})
