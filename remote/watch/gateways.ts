import type { GatewayPulse } from '../../shared/sample'
import { askLoopback } from '../health'
import { listeningPorts } from '../listeners'
import type { FoundProfile } from '../survey/found-profile'
import { lockOf, portOf } from '../survey/gateway'
import type { Member } from './family'
import { isExpected } from './services'

const HEALTH_LIMIT_MS = 3_000

/** What gateways are looked for among. */
export interface GatewaySigns {
  readonly members: readonly Member[]
  readonly profileOf: (pid: number) => string | null
  readonly version: string | null
  readonly signal: AbortSignal
}

/** The gateway of each profile: its process, where it listens, and whether it says that it is well. */
export async function pulsesOf(profiles: readonly FoundProfile[], signs: GatewaySigns): Promise<GatewayPulse[]> {
  const gateways = signs.members.filter(({ family }) => family === 'gateway')
  const helpers = signs.members.filter(({ family }) => family === 'gateway-child')
  const pids = [...gateways, ...helpers].map(({ look }) => look.pid)
  const ports = pids.length === 0 ? [] : await listeningPorts(pids)
  return Promise.all(
    profiles.map(async profile => {
      const own = ownGateway(profile, gateways, signs)
      const children = helpers.filter(({ gateway }) => gateway?.pid === own?.look.pid).map(({ look }) => look.pid)
      const family = own === null ? [] : [own.look.pid, ...children]
      const listensOn = [...new Set(ports.filter(({ pid }) => family.includes(pid)).map(({ port }) => port))]
      return pulseOf(profile, { own, listensOn: listensOn.sort((a, b) => a - b), signs })
    }),
  )
}

/** The one in the lock, the one of the unit, or the one with the profile's variables. */
function ownGateway(profile: FoundProfile, gateways: readonly Member[], signs: GatewaySigns): Member | null {
  const locked = lockOf(profile)?.pid
  const units = profile.services.filter(({ facts }) => facts.kind === 'gateway').map(({ facts }) => facts)
  return (
    gateways.find(({ look }) => look.pid === locked) ??
    gateways.find(({ look }) => look.unit !== null && units.some(({ name }) => name === look.unit)) ??
    gateways.find(({ look }) => units.some(({ mainPid }) => mainPid === look.pid)) ??
    gateways.find(({ look }) => signs.profileOf(look.pid) === profile.name) ??
    null
  )
}

interface Seen {
  readonly own: Member | null
  readonly listensOn: number[]
  readonly signs: GatewaySigns
}

async function pulseOf(profile: FoundProfile, { own, listensOn, signs }: Seen): Promise<GatewayPulse> {
  const port = portOf(profile, signs.version)
  const gateway = profile.services.filter(({ facts }) => facts.kind === 'gateway')
  return {
    profile: profile.name,
    stateDir: profile.stateDir,
    isExpected: gateway.some(isExpected),
    port,
    listensOn,
    pid: own?.look.pid ?? null,
    startedAtTicks: own?.look.startedAtTicks ?? null,
    uptimeMs: own?.look.ageMs ?? null,
    health: await healthOf(own, port, { listensOn, signal: signs.signal }),
  }
}

/** Asked where it really listens; where that cannot be seen, where it should. */
async function healthOf(
  own: Member | null,
  port: number | null,
  { listensOn, signal }: { readonly listensOn: readonly number[]; readonly signal: AbortSignal },
): Promise<GatewayPulse['health']> {
  const asked = port !== null && (listensOn.length === 0 || listensOn.includes(port)) ? port : (listensOn[0] ?? null)
  if (asked === null) return own === null ? 'unknown' : 'failing'
  const { status, body } = await askLoopback(asked, '/healthz', { limitMs: HEALTH_LIMIT_MS, signal })
  if (status === 200 && /"(ok"\s*:\s*true|status"\s*:\s*"live")/.test(body)) return 'live'
  return own === null ? 'down' : 'failing'
}
