import { existsSync } from 'node:fs'
import type { z } from 'zod'
import type { Survey, Warning } from '../../shared/survey'
import type { Size } from '../../shared/survey'
import { bytesText, countText } from '../../shared/units'
import type { Profile } from './service'

type Facts = z.output<typeof Survey>

/** What one profile's gathering noticed besides its facts. */
export interface ProfileNotes {
  readonly strandedJobs: number
  readonly orphans: Size
  readonly unreadable: readonly string[]
  /** Workspaces and agents' own folders with more files than could be counted; their size shows as zero. */
  readonly uncounted: readonly string[]
}

const LITTLE_ROOM_BYTES = 1024 ** 3
const OLDEST_NODE = 22

/** What the admin should know, drawn from the facts. */
export function warningsFor(
  facts: Pick<Facts, 'nodes' | 'openclaw' | 'disk' | 'linger' | 'profiles'>,
  notes: ReadonlyMap<string, ProfileNotes>,
  problems: readonly string[],
): Warning[] {
  return [
    ...machineWarnings(facts),
    ...problems.map(why => ({ code: 'services-unknown', text: `Some services could not be asked: ${why}` })),
    ...facts.profiles.flatMap(profile => [
      ...profileWarnings(profile),
      ...noteWarnings(profile, notes.get(profile.name)),
    ]),
  ]
}

function machineWarnings({
  nodes,
  openclaw,
  disk,
  linger,
  profiles,
}: Pick<Facts, 'nodes' | 'openclaw' | 'disk' | 'linger' | 'profiles'>): Warning[] {
  const warnings: Warning[] = []
  const install = openclaw.state === 'known' ? openclaw.value : null
  if (openclaw.state === 'known' && install === null && profiles.length > 0) {
    warnings.push({ code: 'openclaw-missing', text: 'There is state of OpenClaw, but OpenClaw itself was not found.' })
  }
  const version = nodes.find(({ path }) => path === install?.nodePath)?.version
  if (version !== undefined && Number(version.split('.')[0]) < OLDEST_NODE) {
    warnings.push({ code: 'old-node', text: `OpenClaw runs on Node.js ${version}, which is out of support.` })
  }
  if (disk.state === 'known' && disk.value.freeBytes < LITTLE_ROOM_BYTES) {
    const free = bytesText(disk.value.freeBytes)
    warnings.push({ code: 'little-room', text: `Only ${free} are free on the disk that holds the state.` })
  }
  const hasUserUnit = profiles.some(({ services }) =>
    services.some(
      ({ scope, manager, isEnabled }) =>
        scope === 'user' && manager === 'systemd' && isEnabled.state === 'known' && isEnabled.value,
    ),
  )
  if (hasUserUnit && linger.state === 'known' && !linger.value) {
    warnings.push({
      code: 'no-linger',
      text: 'The gateway ends when this account logs out and does not start at boot: lingering is off.',
    })
  }
  return warnings
}

function profileWarnings({ name, config, gateway, services }: Profile): Warning[] {
  const warnings: Warning[] = []
  const of = name === 'default' ? '' : ` (profile ${name})`
  if (config.state === 'known' && !config.value.isValid) {
    warnings.push({
      code: 'config-broken',
      text: `The configuration cannot be read${of}: ${config.value.problem ?? ''}`,
    })
  }
  if (config.state === 'unknown')
    warnings.push({ code: 'config-unreadable', text: `The configuration could not be opened${of}: ${config.why}` })
  const gateways = services.filter(({ kind }) => kind === 'gateway')
  const isEnabled = gateways.some(service => service.isEnabled.state === 'known' && service.isEnabled.value)
  const isStarting = gateways.some(
    ({ activeState }) => activeState.state === 'known' && activeState.value === 'activating',
  )
  if (isStarting && gateway.health !== 'live') {
    warnings.push({ code: 'gateway-starting', text: `The gateway is starting, or starts again and again${of}.` })
  } else if (isEnabled && gateway.health === 'down') {
    warnings.push({ code: 'gateway-down', text: `The gateway is enabled but does not run${of}.` })
  }
  if (gateway.health === 'failing') {
    warnings.push({ code: 'gateway-failing', text: `The gateway runs but does not answer its health check${of}.` })
  }
  if (gateway.foreignListener !== null) {
    const text = `Port ${gateway.port ?? '?'} is held by something else${of}: ${gateway.foreignListener}`
    warnings.push({ code: 'foreign-listener', text })
  }
  const running = gateways.filter(
    service => service.activeState.state === 'known' && service.activeState.value === 'active',
  )
  const scopes = new Set(gateways.map(({ scope }) => scope))
  if (scopes.size > 1 || running.length > 1) {
    const names = gateways.map(service => `${service.name} (${service.scope})`).join(', ')
    warnings.push({ code: 'dueling-services', text: `Several services start the same gateway${of}: ${names}` })
  }
  for (const { name: unit, execStart } of services) {
    const [program] = execStart
    if (program?.startsWith('/') === true && !existsSync(program)) {
      warnings.push({ code: 'service-broken', text: `Service ${unit} starts ${program}, which is not there.` })
    }
  }
  return warnings
}

function noteWarnings({ name }: Profile, notes: ProfileNotes | undefined): Warning[] {
  if (notes === undefined) return []
  const warnings: Warning[] = []
  const of = name === 'default' ? '' : ` (profile ${name})`
  if (notes.strandedJobs > 0) {
    const jobs = countText(notes.strandedJobs, 'cron job')
    const text = `Never run, as they belong to another state directory${of}: ${jobs}.`
    warnings.push({ code: 'cron-stranded', text })
  }
  if (notes.orphans.files > 0) {
    const files = countText(notes.orphans.files, 'unfinished temporary file')
    const text = `${bytesText(notes.orphans.bytes)} lie in ${files}${of}.`
    warnings.push({ code: 'orphans', text })
  }
  for (const path of notes.uncounted) {
    warnings.push({
      code: 'size-unknown',
      text: `The folder ${path} holds too much to be counted; its size is unknown.`,
    })
  }
  if (notes.unreadable.length > 0) {
    const text = `${countText(notes.unreadable.length, 'folder')} could not be read${of}, first ${notes.unreadable[0] ?? ''}`
    warnings.push({ code: 'unreadable', text })
  }
  return warnings
}
