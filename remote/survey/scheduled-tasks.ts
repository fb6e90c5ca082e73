import { recordOf, textOf } from '../values-of'
import { runCommand } from '../run-command'
import type { Service } from './service'
import type { Account } from './systemd'

const POWERSHELL_LIMIT_MS = 20_000
const QUERY = `Get-ScheduledTask | Where-Object { $_.TaskName -match '^(OpenClaw|Clawdbot|Moltbot) (Gateway|Node)' } |
ForEach-Object { @{ name = $_.TaskName; state = "$($_.State)"; command = "$($_.Actions[0].Execute) $($_.Actions[0].Arguments)" } } |
ConvertTo-Json -Compress`

/** Scheduled tasks of OpenClaw on Windows. Their environment stands in scripts we do not read: names stay empty. */
export async function scheduledTasks(account: Account): Promise<Service[]> {
  const encoded = Buffer.from(QUERY, 'utf16le').toString('base64')
  const { stdout } = await runCommand(['powershell', '-NoProfile', '-NonInteractive', '-EncodedCommand', encoded], {
    limitMs: POWERSHELL_LIMIT_MS,
  })
  const answer: unknown = stdout.trim() === '' ? [] : JSON.parse(stdout)
  return [answer].flat().flatMap(entry => {
    const task = recordOf(entry)
    const name = textOf(task?.['name'])
    if (name === undefined) return []
    const state = textOf(task?.['state']) ?? 'unknown'
    return {
      facts: {
        name,
        kind: / Node$/.test(name) ? ('node-host' as const) : ('gateway' as const),
        scope: 'user' as const,
        manager: 'task-scheduler' as const,
        path: null,
        isEnabled: { state: 'known' as const, value: state !== 'Disabled' },
        activeState: { state: 'known' as const, value: state.toLowerCase() },
        mainPid: null,
        execStart: (textOf(task?.['command']) ?? '').split(' '),
        environmentNames: [],
        stopLimitMs: null,
      },
      environment: new Map<string, string>(),
      environmentFiles: [],
      home: account.home,
    }
  })
}
