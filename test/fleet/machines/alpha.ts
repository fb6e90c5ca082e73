import { waitForGateway, type Recipe } from '../recipe.ts'
import { furnish, GATEWAY_PORT } from './state.ts'

/** The bot that alpha serves. */
export const ALPHA_BOT_TOKEN = '7000000001:AAfleet-alpha-bot-token-0000000000'

/** A lived-in machine of the present generation (SQLite). */
export const alpha: Recipe = {
  name: 'alpha',
  about: 'OpenClaw 2026.9.6 in full use by ada: service, three agents, a bot, jobs, sessions in SQLite',
  user: 'ada',
  home: '/home/ada',
  hostByte: 11,
  layers: ['openclaw-2026.9.6', 'npm', 'node-26', 'debian'],
  provision: machine =>
    furnish(machine, {
      botToken: ALPHA_BOT_TOKEN,
      providerKey: 'sk-fleet-alpha',
      env: { ANTHROPIC_API_KEY: 'sk-ant-fleet-alpha-000000', OPENAI_API_KEY: 'sk-fleet-openai-alpha-000000' },
      unitEnv: { HOUSE_METER_TOKEN: 'meter-fleet-alpha-000000', HOUSE_REGION: 'north' },
      outsideWorkspace: '/data/ada-work',
      onboardFlags: ['--skip-hooks'],
    }),
  settle: machine => waitForGateway(machine, GATEWAY_PORT),
}
