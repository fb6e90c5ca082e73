import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Known } from '../../shared/survey'
import { readTextIfThere } from '../bounded-read'
import { runCommand } from '../run-command'
import { kindOf, type Service } from './service'
import type { Account } from './systemd'

const LAUNCHCTL_LIMIT_MS = 5_000
const LABEL = /^(ai\.openclaw|com\.clawdbot|bot\.molt)\.(.+)\.plist$/

/** LaunchAgents and LaunchDaemons of OpenClaw. Without a desktop session launchd does not tell their state: `unknown` then. */
export async function launchdServices(account: Account): Promise<Service[]> {
  const agents = join(account.home, 'Library/LaunchAgents')
  const found = await Promise.all([
    ...plistsIn(agents).map(name => serviceOf(join(agents, name), name, 'user', account)),
    ...plistsIn('/Library/LaunchDaemons').map(name =>
      serviceOf(join('/Library/LaunchDaemons', name), name, 'system', account),
    ),
  ])
  return found.flatMap(service => service ?? [])
}

async function serviceOf(
  path: string,
  file: string,
  scope: 'user' | 'system',
  account: Account,
): Promise<Service | null> {
  const text = readTextIfThere(path) ?? ''
  const words = stringsAfter(text, 'ProgramArguments', 'array')
  // The generated list starts node through a wrapper: sh, wrapper, environment file, then the real words.
  const at = words.findIndex(word => /(^|\/)(node|bun)$/.test(word))
  const execStart = at > 0 ? words.slice(at) : words
  const environment = variablesOf(text)
  const name = file.replace(/\.plist$/, '')
  const kind = name === 'ai.openclaw.mac' ? null : (kindOf(name, execStart, environment) ?? 'gateway')
  if (kind === null) return null
  const state = await askLaunchd(name, scope, account.uid)
  return {
    facts: {
      name,
      kind,
      scope,
      manager: 'launchd',
      path,
      isEnabled: { state: 'known', value: /<key>RunAtLoad<\/key>\s*<true\/>/.test(text) },
      activeState: state.active,
      mainPid: state.pid,
      execStart,
      environmentNames: [...environment.keys()].sort(),
      stopLimitMs: Number(/<key>ExitTimeOut<\/key>\s*<integer>(\d+)</.exec(text)?.[1] ?? 20) * 1000,
    },
    environment,
    environmentFiles: words.filter(word => word.endsWith('.env')),
    home: account.home,
  }
}

async function askLaunchd(
  label: string,
  scope: 'user' | 'system',
  uid: number,
): Promise<{ active: Known<string>; pid: number | null }> {
  const domain = scope === 'user' ? `gui/${uid}` : 'system'
  try {
    const { stdout, code } = await runCommand(['launchctl', 'print', `${domain}/${label}`], {
      limitMs: LAUNCHCTL_LIMIT_MS,
    })
    if (code !== 0) return { active: { state: 'unknown', why: 'launchd does not show it to this session' }, pid: null }
    const pid = /^\s*pid = (\d+)/m.exec(stdout)?.[1]
    const active = /^\s*state = (.+)$/m.exec(stdout)?.[1] ?? 'unknown'
    return { active: { state: 'known', value: active }, pid: pid === undefined ? null : Number(pid) }
  } catch (error) {
    return { active: { state: 'unknown', why: (error as Error).message }, pid: null }
  }
}

function plistsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => LABEL.test(name))
  } catch {
    return [] // No such folder.
  }
}

function stringsAfter(text: string, key: string, tag: string): string[] {
  const block = new RegExp(`<key>${key}</key>\\s*<${tag}>(.*?)</${tag}>`, 's').exec(text)?.[1] ?? ''
  return [...block.matchAll(/<string>(.*?)<\/string>/gs)].map(([, value = '']) => plain(value))
}

function variablesOf(text: string): Map<string, string> {
  const block = /<key>EnvironmentVariables<\/key>\s*<dict>(.*?)<\/dict>/s.exec(text)?.[1] ?? ''
  const pairs = block.matchAll(/<key>(.*?)<\/key>\s*<string>(.*?)<\/string>/gs)
  return new Map([...pairs].map(([, key = '', value = '']) => [plain(key), plain(value)]))
}

function plain(xml: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return xml.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_whole, name: string) => entities[name] ?? '')
}
