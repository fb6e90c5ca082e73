import { waitForGateway, type Recipe } from '../recipe.ts'
import { furnish, GATEWAY_PORT } from './state.ts'

/** The bot that theta serves. */
export const THETA_BOT_TOKEN = '7000000008:AAfleet-theta-bot-token-0000000000'

/** A lived-in machine of the generation between: conversations in files, jobs already in a database. */
export const theta: Recipe = {
  name: 'theta',
  about: 'OpenClaw 2026.7.1 in full use by theo: conversations in files, jobs in SQLite',
  user: 'theo',
  home: '/home/theo',
  hostByte: 18,
  layers: ['openclaw-2026.7.1', 'npm', 'node-24', 'debian'],
  provision: machine =>
    furnish(machine, {
      botToken: THETA_BOT_TOKEN,
      providerKey: 'sk-fleet-theta',
      env: { ANTHROPIC_API_KEY: 'sk-ant-fleet-theta-000000', GEMINI_API_KEY: 'fleet-gemini-theta-000000' },
      unitEnv: { HOUSE_METER_TOKEN: 'meter-fleet-theta-000000', HOUSE_REGION: 'west' },
      outsideWorkspace: '/data/theo-work',
      onboardFlags: [],
    }),
  settle: machine => waitForGateway(machine, GATEWAY_PORT),
}
