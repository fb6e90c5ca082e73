/** What a person does and sees: a machine is made known to OCM, and looked at with plain ssh commands of its own. */
import { expect } from 'vitest'
import type { Ocm } from '../helpers/ocm'
import { until } from '../helpers/temp'
import type { Machine } from './fleet'

/** So long a gateway may have its state to itself on a machine that is busy. */
const STATE_LIMIT_MS = 60_000

/** Adds a machine, with its sudo password where wanted, and trusts the host key that the machine itself names. */
export async function introduce(ocm: Ocm, machine: Machine, { withSudo = false } = {}): Promise<void> {
  const words = ['--label', machine.name, '--host', machine.address, '--user', machine.user, '--key', machine.keyPath]
  const added = withSudo
    ? await ocm.run(['--secret-stdin', 'nodes', 'add', ...words, '--sudo'], `${machine.password}\n`)
    : await ocm.run(['nodes', 'add', ...words])
  expect(added.code, added.stderr).toBe(0)
  const own = await machine.ssh('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  const fingerprint = /SHA256:\S+/.exec(own.stdout)?.[0] ?? ''
  const trusted = await ocm.run(['nodes', 'trust', machine.name, '--fingerprint', fingerprint])
  expect(trusted.code, trusted.stderr).toBe(0)
}

/** What a person would type on the machine to see whether it works. */
export async function lookAt(machine: Machine) {
  const command = async (line: string): Promise<string> => {
    // A gateway that just started has the state to itself for a while, and says so; a person would ask again.
    const { code, stdout, stderr } = await until(async () => {
      const answer = await machine.ssh(line)
      return !/another OpenClaw process owns state-lifecycle/.test(answer.stdout) && answer
    }, STATE_LIMIT_MS)
    expect(code, `${machine.name}: ${line}\n${stdout}\n${stderr}`).toBe(0)
    return stdout
  }
  const status = JSON.parse(await command('openclaw gateway status --json')) as {
    readonly gateway?: { readonly port?: number }
    readonly port?: { readonly port?: number }
  }
  const port = status.gateway?.port ?? status.port?.port ?? 0
  const health = await command(`curl -s http://127.0.0.1:${port}/healthz`)
  const cron = JSON.parse(await command('openclaw cron list --all --json')) as {
    readonly jobs: readonly { readonly name: string }[]
  }
  const agents = await command('openclaw agents list --json')
  const config = await command('cat ~/.openclaw/openclaw.json')
  const owners = await command(`find ~/.openclaw -maxdepth 2 ! -user "$(id -un)" | head`)
  const mode = await command('stat -c %a ~/.openclaw ~/.openclaw/openclaw.json')
  const enabled = await command('systemctl --user is-enabled openclaw-gateway.service')
  const linger = await command('loginctl show-user "$(id -un)" -p Linger --value')
  const environment = await command('cat ~/.openclaw/.env')
  return {
    port,
    health,
    cron: cron.jobs.map(job => job.name),
    agents,
    config,
    owners,
    mode,
    enabled,
    linger,
    environment,
  }
}

/**
 * What a person finds who looks for OpenClaw on the whole machine, as root where it takes that. The patterns do not match the
 * commands that look.
 */
export async function remains(machine: Machine): Promise<Record<string, string>> {
  const user = async (line: string): Promise<string> => (await machine.ssh(line)).stdout.trim()
  const root = async (line: string): Promise<string> => (await machine.asRoot(line)).stdout.trim()
  const units = 'list-unit-files --no-legend "*claw*"; systemctl'
  return {
    processes: await root('ps -eo pid=,args= | grep -i "[o]penclaw"'),
    ports: await root("ss -Hltn | grep -v ':22 '"),
    userUnits: await user(`systemctl --user ${units} --user list-units --all --no-legend "*claw*"`),
    systemUnits: await root(`systemctl ${units} list-units --all --no-legend "*claw*"`),
    files: await root(
      'find / /tmp /run /run/user/* /dev/shm -xdev -iname "*openclaw*" -not -path "/data/*" 2>/dev/null | sort -u',
    ),
    commands: await user(
      'command -v openclaw; bash -lc "command -v openclaw"; bash -ic "command -v openclaw" 2>/dev/null',
    ),
    cron: await user('crontab -l 2>/dev/null | grep -v "^#"'),
    shellLines: await user('grep -ils openclaw ~/.bashrc ~/.profile ~/.bash_profile ~/.config/fish/config.fish'),
  }
}

/** Of a machine without OpenClaw. */
export const NOTHING = {
  ...{ processes: '', ports: '', userUnits: '', systemUnits: '' },
  ...{ files: '', commands: '', cron: '', shellLines: '' },
}
