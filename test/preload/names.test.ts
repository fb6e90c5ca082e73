import { expect, test } from 'vitest'
import { COMMANDS, EVENTS } from '../../preload/names'
import { commands, events } from '../../shared/contract'

test('the preload knows exactly the commands and events of the contract', () => {
  expect(Object.keys(COMMANDS).sort()).toEqual(Object.keys(commands).sort())
  expect(Object.keys(EVENTS).sort()).toEqual(Object.keys(events).sort())
})
