import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  CRON_JOBS,
  put,
  writeAgentDatabase,
  writeOrphans,
  writeSessionFiles,
  writeSharedDatabase,
  writeWorkspace,
  type Furnishing,
} from './state'

/** What makes one demo node different from the others. */
export interface Personality {
  readonly name: string
  readonly user: string
  /** OpenClaw's version; null when it is not installed. */
  readonly version: string | null
  /** Whether its gateway service, which every node with OpenClaw has, is started with the fleet. */
  readonly isStarted: boolean
  readonly isOffline?: boolean
  furnish(into: Furnishing): Promise<void>
}

const NEW = '2026.9.6'
const OLD = '2026.5.28'

/** A token of the right shape that no bot has. */
const botToken = (id: number) => `${id}:AAdemo${randomBytes(15).toString('hex')}`.slice(0, 46)
const gatewayToken = () => randomBytes(24).toString('hex')

/** The tuned set-up that everybody wants on their own machine. */
async function furnishRich({ home, stateDir, gatewayPort }: Furnishing): Promise<void> {
  await put(
    stateDir,
    'openclaw.json',
    `{
  // The set-up that took three weekends. Do not touch on Fridays.
  gateway: {
    mode: 'local',
    bind: 'loopback',
    port: ${gatewayPort},
    auth: { mode: 'token', token: '${gatewayToken()}' },
  },
  agents: {
    defaults: { workspace: '${stateDir}/workspace', model: { primary: 'anthropic/claude-sonnet' } },
    entries: {
      main: { default: true, name: 'Otto' },
      mail: { name: 'Mail', workspace: '${stateDir}/workspace-mail' },
      research: { name: 'Research', workspace: '${home}/projects/research' }, // outside on purpose: it has its own git
    },
  },
  channels: {
    telegram: {
      enabled: true,
      botToken: '${botToken(700_100_001)}',
      accounts: { family: { botToken: '${botToken(700_100_002)}' } },
    },
  },
  bindings: [{ agentId: 'main', match: { channel: 'telegram', accountId: 'default' } }],
  skills: { load: { extraDirs: ['${home}/skills'] } },
}
`,
  )
  await put(stateDir, '.env', `ANTHROPIC_API_KEY=demo-${randomBytes(12).toString('hex')}\nTZ=Europe/Berlin\n`)
  await writeSharedDatabase(stateDir, CRON_JOBS)
  await writeAgentDatabase(stateDir, 'main', 60)
  await writeAgentDatabase(stateDir, 'mail', 25)
  await writeAgentDatabase(stateDir, 'research', 8)
  await writeWorkspace(join(stateDir, 'workspace'), 'Otto')
  await writeWorkspace(join(stateDir, 'workspace-mail'), 'Mail')
  await writeWorkspace(join(home, 'projects/research'), 'Research')
  await put(home, 'skills/tides/SKILL.md', '---\nname: tides\n---\nLook up the tides.\n')
  await put(stateDir, 'skills/notes/SKILL.md', '---\nname: notes\n---\nKeep notes.\n')
  await put(stateDir, 'credentials/whatsapp/default/creds.json', '{"demo":true}')
  await put(stateDir, 'media/inbound/photo.jpg', randomBytes(2_000_000))
  await put(stateDir, 'cache/control-ui-assets/app.js', '// regenerated\n'.repeat(20_000))
  await put(stateDir, 'logs/gateway-restart.log', 'restarted\n'.repeat(50))
}

/** Fresh from `onboard`: the machine to move to. */
async function furnishFresh({ stateDir, gatewayPort }: Furnishing): Promise<void> {
  await put(
    stateDir,
    'openclaw.json',
    `${JSON.stringify(
      {
        gateway: { mode: 'local', bind: 'loopback', port: gatewayPort, auth: { mode: 'token', token: gatewayToken() } },
        agents: { defaults: { workspace: `${stateDir}/workspace` }, entries: { main: { default: true } } },
      },
      null,
      2,
    )}\n`,
  )
  await writeSharedDatabase(stateDir, [])
  await writeWorkspace(join(stateDir, 'workspace'), 'Main')
}

/** The JSON era: everything in files. */
async function furnishOld({ stateDir, gatewayPort }: Furnishing): Promise<void> {
  const config = {
    gateway: { mode: 'local', bind: 'loopback', port: gatewayPort, auth: { mode: 'token', token: gatewayToken() } },
    agents: {
      defaults: { workspace: `${stateDir}/workspace` },
      list: [
        { id: 'main', default: true },
        { id: 'helper', workspace: `${stateDir}/workspace-helper` },
      ],
    },
    channels: { telegram: { enabled: true, botToken: botToken(700_300_001) } },
  }
  await put(stateDir, 'openclaw.json', `${JSON.stringify(config, null, 2)}\n`)
  await put(stateDir, '.env', `OPENAI_API_KEY=demo-${randomBytes(12).toString('hex')}\n`)
  const jobs = CRON_JOBS.slice(0, 2).map(({ schedule, ...job }) => ({
    ...job,
    agentId: 'main',
    enabled: true,
    schedule: { kind: 'cron', expr: schedule },
  }))
  await put(stateDir, 'cron/jobs.json', `${JSON.stringify({ version: 1, jobs }, null, 2)}\n`)
  await put(stateDir, 'cron/jobs-state.json', '{}')
  const profiles = {
    profiles: { 'openai:default': { type: 'api_key', key: `demo-${randomBytes(8).toString('hex')}` } },
  }
  await put(stateDir, 'agents/main/agent/auth-profiles.json', JSON.stringify(profiles))
  await put(
    stateDir,
    'identity/device.json',
    JSON.stringify({ deviceId: randomBytes(16).toString('hex'), privateKeyPem: 'not a real key' }),
  )
  await put(stateDir, 'devices/paired.json', '{}')
  await writeSessionFiles(stateDir, 'main', 30)
  await writeSessionFiles(stateDir, 'helper', 5)
  await writeWorkspace(join(stateDir, 'workspace'), 'Main')
  await writeWorkspace(join(stateDir, 'workspace-helper'), 'Helper')
}

/** Somebody edited the configuration by hand, late in the evening; the gateway does not start with it. */
async function furnishBroken(into: Furnishing): Promise<void> {
  await furnishFresh(into)
  await put(into.stateDir, 'openclaw.json', `{ "gateway": { "port": ${into.gatewayPort}, }, "agents": { "defaults": \n`)
}

/** A small disk, and what crashes left on it. */
async function furnishHungry(into: Furnishing): Promise<void> {
  await furnishOld(into)
  // NTFS would really write the zeros.
  const bytes = process.platform === 'win32' ? 1_000_000 : 60_000_000
  await writeOrphans(into.stateDir, 'main', { count: 40, bytes })
  await put(into.stateDir, 'logs/old.log', 'line\n'.repeat(400_000))
}

/** The six nodes of the demo. */
export const PERSONALITIES: readonly Personality[] = [
  { name: 'pc-a', user: 'anna', version: NEW, isStarted: true, furnish: furnishRich },
  { name: 'pc-b', user: 'ben', version: NEW, isStarted: true, furnish: furnishFresh },
  { name: 'vps-3', user: 'claw', version: OLD, isStarted: true, furnish: furnishOld },
  { name: 'lab-4', user: 'lab', version: NEW, isStarted: true, furnish: furnishBroken },
  { name: 'nas-5', user: 'nas', version: OLD, isStarted: true, furnish: furnishHungry },
  { name: 'off-6', user: 'owen', version: NEW, isStarted: false, isOffline: true, furnish: furnishFresh },
]

/** A node for benches: as little as makes a node. */
export function lightNode(number: number): Personality {
  return { name: `light-${number}`, user: 'light', version: NEW, isStarted: false, furnish: furnishFresh }
}
