import { expect, test } from 'vitest'
import { gatewayService } from '../../../main/openclaw/commands'
import type { ServiceFacts } from '../../../shared/survey'
import { gatewayUnit, profileFacts } from '../../helpers/facts'

const state = (value: string, mainPid: number | null): Partial<ServiceFacts> => ({
  activeState: { state: 'known', value },
  mainPid,
})
const of = (user: Partial<ServiceFacts>, system: Partial<ServiceFacts>) =>
  gatewayService(profileFacts({ services: [gatewayUnit({ scope: 'system', ...system }), gatewayUnit(user)] }))?.scope

test.each([
  ['user', 'both stand still', state('inactive', null), state('inactive', null)],
  ['user', 'both run', state('active', 1), state('active', 2)],
  ['user', 'only the user one runs', state('active', 1), state('inactive', null)],
  ['system', 'only the system one runs', state('inactive', null), state('active', 2)],
  ['system', 'only the system one waits for its next restart', state('failed', null), state('activating', null)],
  [
    'system',
    'the user one fails again and again, since the system one has the port',
    state('activating', null),
    state('active', 2),
  ],
])('the %s unit is the gateway’s where %s', (scope, _case, user, system) => {
  expect(of(user, system)).toBe(scope)
})

test('a node host is no gateway', () => {
  expect(gatewayService(profileFacts({ services: [gatewayUnit({ kind: 'node-host' })] }))).toBeUndefined()
})
