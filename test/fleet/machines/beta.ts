import { waitForGateway, type Recipe } from '../recipe.ts'
import { furnish, GATEWAY_PORT } from './state.ts'

/** The bot that beta serves. */
export const BETA_BOT_TOKEN = '7000000002:AAfleet-beta-bot-token-00000000000'

/** A lived-in machine of the generation that kept its state in JSON files. */
export const beta: Recipe = {
  name: 'beta',
  about: 'OpenClaw 2026.5.28 in full use by bob: the same, with its state in JSON files',
  user: 'bob',
  home: '/home/bob',
  hostByte: 12,
  layers: ['openclaw-2026.5.28', 'npm', 'node-24', 'debian'],
  provision: machine =>
    furnish(machine, {
      botToken: BETA_BOT_TOKEN,
      providerKey: 'sk-fleet-beta',
      env: { ANTHROPIC_API_KEY: 'sk-ant-fleet-beta-000000', GEMINI_API_KEY: 'fleet-gemini-beta-000000' },
      unitEnv: { HOUSE_METER_TOKEN: 'meter-fleet-beta-000000', HOUSE_REGION: 'south' },
      outsideWorkspace: '/data/bob-work',
      onboardFlags: [],
    }),
  settle: machine => waitForGateway(machine, GATEWAY_PORT),
}
