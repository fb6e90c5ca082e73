import { afterAll, beforeAll } from 'vitest'
import { MINUTE } from '../../shared/units'
import { startKeyring } from '../helpers/keyring'
import { startOcm, type Ocm } from '../helpers/ocm'
import { introduce } from './eyes'
import { startFleet, type Fleet, type Machine, type MachineName } from './fleet'
import { skipsFleet } from './requirement'

/** Machines for a file of tests, and an OCM that knows them. Both are there once its tests begin. */
export interface Stage<Name extends MachineName> {
  /** There can be no machines here; it was printed why. In CI their absence is a failure. */
  readonly isSkipped: boolean
  readonly fleet: Fleet<Name>
  readonly ocm: Ocm
}

/** Boots machines for the file that calls it, and makes them known to an OCM with a keychain of its own; all end with the file. */
export function useMachines<Name extends MachineName>(
  names: readonly Name[],
  options: { readonly withSudo?: boolean } = {},
): Stage<Name> {
  const isSkipped = skipsFleet()
  const undo = new AsyncDisposableStack()
  let fleet: Fleet<Name> | undefined
  let ocm: Ocm | undefined
  beforeAll(async () => {
    if (isSkipped) return
    fleet = undo.use(await startFleet(names))
    const keyring = undo.use(await startKeyring())
    ocm = undo.use(startOcm(keyring.env))
    for (const machine of Object.values<Machine>(fleet.machines)) await introduce(ocm, machine, options)
  }, 20 * MINUTE)
  afterAll(() => undo.disposeAsync())
  return {
    isSkipped,
    get fleet() {
      return there(fleet)
    },
    get ocm() {
      return there(ocm)
    },
  }
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The machines come with the first test.')
  return value
}
