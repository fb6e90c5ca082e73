import { HAL_HOME } from '../layers.ts'
import { waitForGateway, type Recipe } from '../recipe.ts'
import { furnishModestly, openclawIn } from './modest.ts'

const PORT = 18_789

/** A machine without any Node but the one that install-cli.sh put into the state directory. */
export const eta: Recipe = {
  name: 'eta',
  about: 'OpenClaw 2026.5.28 and the only Node inside ~/.openclaw, as install-cli.sh lays it out: hal',
  user: 'hal',
  home: HAL_HOME,
  hostByte: 17,
  layers: ['openclaw-2026.5.28-install-cli', 'debian'],
  provision: machine => furnishModestly(machine, openclawIn('~/.openclaw/bin'), { port: PORT }),
  settle: machine => waitForGateway(machine, PORT),
}
