import { basename, join } from './path'
import { AppError } from '../shared/errors'
import type { CarriedValue } from '../shared/backup'
import type { z } from 'zod'
import { parseEnvironmentFile } from './environment-file'
import { readTextIfThere } from './bounded-read'
import type { Handler } from './handler'
import { findProfile } from './survey'

type Value = z.output<typeof CarriedValue>

/** Variables that `openclaw gateway install` writes by itself, or that only mean something on one machine. */
const GENERATED =
  /^(HOME|USER|LOGNAME|SHELL|TMPDIR|PATH|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|LANG|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS)$/
const GENERATED_OPENCLAW =
  /^(OPENCLAW|CLAWDBOT|MOLTBOT)_(GATEWAY_PORT|HOME|STATE_DIR|CONFIG_PATH|PROFILE|SYSTEMD_.*|LAUNCHD_.*|WINDOWS_.*|WRAPPER|SERVICE_.*|NIX_MODE|BUNDLED_.*|CLI|PATH_BOOTSTRAPPED)$/

/**
 * Values that a service was given by hand, so that they can travel as values: a unit is never copied.
 * @throws AppError `not-found` when there is no such profile.
 */
export const handleValues: Handler<'values'> = async ({ profile: name }) => {
  const profile = await findProfile(name)
  if (profile === undefined) throw new AppError('not-found', `There is no profile ${name} on this node.`)
  const gateway = profile.services.find(({ facts }) => facts.kind === 'gateway')
  const generated = join(profile.stateDir, 'gateway.systemd.env')
  const files = new Set([...(gateway?.environmentFiles ?? []), generated])
  // Files of the state directory other than the generated one travel as files.
  const carried = [...files].filter(
    path => basename(path) === basename(generated) || !path.startsWith(`${profile.stateDir}/`),
  )
  const dotenv = parseEnvironmentFile(readTextIfThere(join(profile.stateDir, '.env')) ?? '')
  const values: Value[] = [
    ...own(gateway?.environment ?? new Map<string, string>(), 'unit'),
    ...carried.flatMap(path => own(parseEnvironmentFile(readTextIfThere(path) ?? ''), 'environment-file')),
  ]
  // The installer copies what stands in `.env`, and will again; that file travels as a file.
  return { values: values.filter(({ name, value }) => dotenv.get(name) !== value) }
}

function own(variables: ReadonlyMap<string, string>, where: Value['where']): Value[] {
  return [...variables]
    .filter(([name]) => !GENERATED.test(name) && !GENERATED_OPENCLAW.test(name))
    .map(([name, value]) => ({ where, name, value }))
}
