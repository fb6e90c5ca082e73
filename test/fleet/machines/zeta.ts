import { ZOE_HOME } from '../layers.ts'
import { waitForGateway, type Recipe } from '../recipe.ts'
import { furnishModestly, openclawIn } from './modest.ts'

/** Command line of zeta's OpenClaw. */
export const zetaOpenclaw = openclawIn('~/.npm-global/bin')

const PORT = 18_789
/** Port of the gateway of zeta's second profile, `work`. */
export const WORK_PORT = 19_789

/** A machine whose user installed OpenClaw alone, and runs it twice. */
export const zeta: Recipe = {
  name: 'zeta',
  about: 'OpenClaw 2026.9.6 under ~/.npm-global, run by zoe as two profiles: default and work',
  user: 'zoe',
  home: ZOE_HOME,
  hostByte: 16,
  layers: ['openclaw-2026.9.6-at-home', 'npm', 'node-26', 'debian'],
  provision: async machine => {
    await furnishModestly(machine, zetaOpenclaw, { port: PORT })
    await furnishModestly(machine, zetaOpenclaw, { profile: 'work', port: WORK_PORT })
  },
  settle: async machine => {
    await waitForGateway(machine, PORT)
    await waitForGateway(machine, WORK_PORT)
  },
}
