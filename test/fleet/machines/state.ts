/** What makes a machine look lived in: agents, a bot, jobs, keys, conversations; all through OpenClaw's own commands. */
import type { Machine } from '../machine.ts'
import { BOT_API_PORT, MODEL_API_PORT } from '../ports.ts'
import { keepCompiled, must, mustAsRoot, waitForGateway } from '../recipe.ts'

/** The gateway port of every machine that has one. */
export const GATEWAY_PORT = 18_789

/** The differences between lived-in machines. */
export interface Belongings {
  /** Bot token, in the shape Telegram gives out. */
  readonly botToken: string
  /** API key of the stand-in model provider, kept as an auth profile. */
  readonly providerKey: string
  /** Values for `.env` in the state directory. */
  readonly env: Readonly<Record<string, string>>
  /** Values set on the service alone, through a drop-in next to its unit. */
  readonly unitEnv: Readonly<Record<string, string>>
  /** A workspace outside the home directory, for the third agent. */
  readonly outsideWorkspace: string
  /** Flags of `onboard` and `cron add` that only one generation knows. */
  readonly onboardFlags: readonly string[]
}

/** Jobs that every lived-in machine has, besides those the gateway makes for itself. */
export const CRON_JOBS = [
  { name: 'morning-summary', schedule: '0 9 * * *', agent: 'main', message: 'Summarise the inbox' },
  { name: 'weekly-report', schedule: '30 17 * * 5', agent: 'helper', message: 'Write the weekly report' },
  { name: 'archive-check', schedule: '15 3 1 * *', agent: 'archivist', message: 'Check the archive in the workspace' },
] as const

/** Agents of every lived-in machine. */
export const AGENTS = ['main', 'helper', 'archivist'] as const

const CONVERSATIONS = [
  ['main', 'Remember: the boiler is serviced in May.'],
  ['main', 'What did I say about the boiler?'],
  ['helper', 'Draft a reply to the landlord.'],
  ['archivist', 'List what is in the archive.'],
] as const

const ONBOARD =
  'openclaw onboard --non-interactive --accept-risk --mode local --auth-choice skip --gateway-bind loopback --gateway-auth token ' +
  `--gateway-port ${GATEWAY_PORT} --skip-channels --skip-skills --skip-search --skip-ui --skip-health --no-install-daemon --json`

/** Takes a machine with OpenClaw installed to one with a running, used gateway. */
export async function furnish(machine: Machine, belongings: Belongings): Promise<void> {
  const { user } = machine
  const { outsideWorkspace } = belongings
  await mustAsRoot(machine, `install -d -o ${user} -g ${user} ${outsideWorkspace}`)
  await keepCompiled(machine)
  await must(machine, 'loginctl enable-linger')
  await must(machine, `${ONBOARD} ${belongings.onboardFlags.join(' ')}`)
  await must(machine, 'openclaw agents add helper --workspace ~/.openclaw/workspace-helper --non-interactive --json')
  await must(machine, `openclaw agents add archivist --workspace ${outsideWorkspace} --non-interactive --json`)
  await fillWorkspaces(machine, outsideWorkspace)
  await configure(machine, belongings)
  await must(machine, 'openclaw gateway install --json')
  await addDropIn(machine, belongings.unitEnv) // only now: `gateway install` of 2026.9.6 fails when it finds one
  await waitForGateway(machine, GATEWAY_PORT)
  for (const { name, schedule, agent, message } of CRON_JOBS) {
    await must(
      machine,
      `openclaw cron add --cron '${schedule}' --message '${message}' --name ${name} --agent ${agent} --no-deliver --json`,
    )
  }
  for (const [agent, message] of CONVERSATIONS)
    await must(machine, `openclaw agent --agent ${agent} --message '${message}' --json`)
  // Node keeps what it compiled when it ends by itself, not when the machine takes its time from it.
  await must(machine, 'systemctl --user stop openclaw-gateway.service')
}

async function fillWorkspaces(machine: Machine, outside: string): Promise<void> {
  const write = (path: string, text: string): Promise<string> =>
    must(machine, `mkdir -p "$(dirname ${path})" && cat > ${path}`, text)
  await write(
    '~/.openclaw/workspace/MEMORY.md',
    `# Memory\n\n- The archive lies in ${outside}.\n- Home is ${machine.home}.\n`,
  )
  await write('~/.openclaw/workspace/memory/2026-11-01.md', '# 1 November\n\nThe boiler is serviced in May.\n')
  await write(
    '~/.openclaw/workspace/skills/tea/SKILL.md',
    '---\nname: tea\ndescription: How tea is made in this house\n---\nBoil water. Wait three minutes.\n',
  )
  await write(`${outside}/archive/2025/letters.txt`, 'Letter to the landlord, 3 March 2025.\n'.repeat(50))
  await write(`'${outside}/archive/with space.txt'`, 'A file whose name holds a space.\n')
}

function assignments(values: Readonly<Record<string, string>>, prefix = ''): string {
  return Object.entries(values)
    .map(([key, value]) => `${prefix}${key}=${value}\n`)
    .join('')
}

/** Puts values on the service itself, as an admin does: in a drop-in, once the unit is there. */
async function addDropIn(machine: Machine, values: Readonly<Record<string, string>>): Promise<void> {
  const folder = '~/.config/systemd/user/openclaw-gateway.service.d'
  await must(
    machine,
    `mkdir -p ${folder} && cat > ${folder}/10-house.conf`,
    `[Service]\n${assignments(values, 'Environment=')}`,
  )
  await must(machine, 'systemctl --user daemon-reload && systemctl --user restart openclaw-gateway.service')
}

async function configure(machine: Machine, { botToken, providerKey, env }: Belongings): Promise<void> {
  await must(machine, 'umask 077; cat > ~/.openclaw/.env', assignments(env))
  const model = { id: 'echo', name: 'Echo', contextWindow: 200_000, maxTokens: 4096 }
  const provider = { baseUrl: `http://models.fleet:${MODEL_API_PORT}/v1`, api: 'openai-completions', models: [model] }
  await must(machine, `openclaw config set models.providers.fleet '${JSON.stringify(provider)}' --strict-json`)
  await must(machine, 'openclaw config set agents.defaults.model.primary fleet/echo')
  for (const agent of AGENTS) {
    await must(
      machine,
      `openclaw models auth --agent ${agent} paste-api-key --provider fleet`,
      `${providerKey}-${agent}\n`,
    )
  }
  await must(machine, `openclaw config set channels.telegram.apiRoot http://bot-api.fleet:${BOT_API_PORT}`)
  await must(machine, `openclaw channels add --channel telegram --token ${botToken}`)
}
