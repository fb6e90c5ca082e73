import type { GatewayPulse } from '../../../shared/sample'
import { countText, MINUTE } from '../../../shared/units'
import {
  flat,
  graded,
  levelOf,
  MAX_SUBJECTS,
  type Judge,
  type Reading,
  type Readings,
  type SeenView,
  type Unknown,
} from './reading'
import { remembered } from './memory'
import { shown } from './words'

/** No process of a gateway whose service is installed. */
export const judgeDown: Judge<'gateway-down'> = view =>
  eachGateway(view, pulse => {
    if (pulse.pid === null && pulse.health === 'unknown') return { subject: pulse.profile, isUnknown: true }
    return {
      subject: pulse.profile,
      ...flat(pulse.isExpected && pulse.pid === null, 'critical'),
      value: 1,
      say: () => ({
        title: `${named(pulse)} is down`,
        text: 'Its service is installed, but no process of it runs. Nothing answers its channels.',
        action: 'open',
      }),
    }
  })

/** Other processes took the place of the gateway's again and again since the node was started. */
export const judgeRestarts: Judge<'gateway-restarts'> = (view, limits) =>
  eachGateway(view, pulse => {
    const since = view.seen.clock.uptimeMs - limits.withinMinutes * MINUTE
    const value = remembered(view.memory.gateways, pulse.profile)?.starts.filter(start => start >= since).length ?? 0
    return {
      subject: pulse.profile,
      ...graded(ease => levelOf(value >= limits.restarts * ease, false)),
      value,
      say: () => ({
        title: `${named(pulse)} restarted ${countText(value, 'time')} in ${limits.withinMinutes} min`,
        text: 'Its service starts it again each time it ends. Its log says why it ends.',
        action: 'open',
      }),
    }
  })

/** Where clients look for it, it does not listen. */
export const judgePort: Judge<'gateway-port'> = view =>
  eachGateway(view, pulse => {
    const { port, pid, listensOn } = pulse
    const isElsewhere = pid !== null && port !== null && listensOn.length > 0 && !listensOn.includes(port)
    const [first = 0] = listensOn
    return {
      subject: pulse.profile,
      ...flat(isElsewhere, 'attention'),
      value: first,
      say: () => ({
        title: `${named(pulse)} listens on port ${first}, not ${port ?? 'as configured'}`,
        text: 'Clients that go by its configuration do not find it. It takes a changed port when its service is installed anew.',
        action: 'open',
      }),
    }
  })

/** A process that runs and does not answer is as bad as none. */
export const judgeHealth: Judge<'gateway-health'> = view =>
  eachGateway(view, pulse => {
    if (pulse.pid !== null && pulse.health === 'unknown') return { subject: pulse.profile, isUnknown: true }
    return {
      subject: pulse.profile,
      ...flat(pulse.pid !== null && pulse.health !== 'live', 'critical'),
      value: 1,
      say: () => ({
        title: `${named(pulse)} does not answer`,
        text: 'Its process runs, but its health check fails.',
        action: 'open',
      }),
    }
  })

/** Where processes could not be listed, nothing is known of gateways either. */
function eachGateway({ seen }: SeenView, judge: (pulse: GatewayPulse) => Reading | Unknown): Readings {
  return Object.keys(seen.families).length === 0 ? null : seen.gateways.slice(0, MAX_SUBJECTS).map(judge)
}

function named({ profile }: GatewayPulse): string {
  return profile === 'default' ? 'Gateway' : `Gateway of ${shown(profile)}`
}
