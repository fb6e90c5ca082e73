import type { Argv } from '../../shared/plan'
import { valueOf, type OpenClawInstall, type ProfileFacts, type ServiceFacts } from '../../shared/survey'

/** Longest a unit that names no limit may take to stop: systemd's default, in ms. */
export const DEFAULT_STOP_LIMIT_MS = 90_000

/** Stands for an OpenClaw that a step of the same plan installs; the executor looks it up when it is there. */
export const INSTALLED_LATER: OpenClawInstall = {
  version: '',
  method: 'unknown',
  packageRoot: '',
  entry: 'openclaw',
  bin: null,
  nodePath: 'node',
}

/**
 * The gateway's service of a profile; undefined when there is none. Where several would start it, the one that runs or is
 * about to, then user services before system ones.
 */
export function gatewayService(profile: ProfileFacts | undefined): ServiceFacts | undefined {
  const gateways = (profile?.services ?? []).filter(service => service.kind === 'gateway')
  const [best = []] = [gateways.filter(hasProcess), gateways.filter(isUpOrMoving), gateways].filter(
    some => some.length > 0,
  )
  return best.find(service => service.scope === 'user') ?? best[0]
}

function hasProcess({ mainPid }: ServiceFacts): boolean {
  return (mainPid ?? 0) > 0
}

function isUpOrMoving({ activeState }: ServiceFacts): boolean {
  return ['active', 'activating', 'reloading', 'deactivating'].includes(valueOf(activeState) ?? '')
}

/** The name `openclaw gateway install` gives the profile's user unit. */
export function unitName(profile: string): string {
  return profile === 'default' ? 'openclaw-gateway.service' : `openclaw-gateway-${profile}.service`
}

/** Drives the node's service manager for one unit. */
export function serviceCommand(service: Pick<ServiceFacts, 'name' | 'scope'>, verb: 'stop' | 'start'): Argv {
  return service.scope === 'user'
    ? ['systemctl', '--user', verb, '--', service.name]
    : ['systemctl', verb, '--', service.name]
}

/**
 * Takes a user unit away without OpenClaw's own command, which fails at times, as while the gateway still starts. Empty for
 * any other unit: that is not OpenClaw's to have installed.
 */
export function removeByManager({ name, scope, path }: Pick<ServiceFacts, 'name' | 'scope' | 'path'>): readonly Argv[] {
  if (scope !== 'user' || path?.endsWith(`/.config/systemd/user/${name}.service`) !== true) return []
  return [
    ['systemctl', '--user', 'disable', '--now', '--', name],
    ['rm', '-f', '--', path],
    ['systemctl', '--user', 'daemon-reload'],
  ]
}

/** Calls OpenClaw's own command line, by absolute paths: non-login shells often lack the right PATH. */
export function openclawCommand(
  install: Pick<OpenClawInstall, 'nodePath' | 'entry'>,
  profile: string,
  words: readonly string[],
): Argv {
  const chosen = profile === 'default' ? [] : ['--profile', profile]
  return [install.nodePath, install.entry, ...chosen, ...words]
}

/**
 * What takes a paired device off a gateway, tried in this order. Up to 2026.5.28 nodes stood in a list of their own, which only
 * the second one knows. Both ask the running gateway.
 */
export function unpairCommands(deviceId: string): readonly (readonly string[])[] {
  return [
    ['devices', 'remove', '--json', '--', deviceId],
    ['nodes', 'remove', '--json', `--node=${deviceId}`],
  ]
}

/** Installs the profile's user service anew, for this machine's paths. A unit is never copied. */
export function installService(install: OpenClawInstall, profile: string, port: number | null): Argv {
  const words = ['gateway', 'install', '--force', ...(port === null ? [] : ['--port', String(port)]), '--json']
  return openclawCommand(install, profile, words)
}

/**
 * Puts npm's own folder for everybody into `$prefix`, or one below the home where the person may not write to that one. It
 * is looked at folder by folder, since npm makes those that are missing.
 */
const WRITABLE_PREFIX = [
  'prefix=$(npm prefix --global) || exit',
  'for folder in "$prefix/lib/node_modules" "$prefix/bin"; do',
  '  while [ ! -e "$folder" ]; do folder=$(dirname -- "$folder"); done',
  '  [ -w "$folder" ] || prefix=$HOME/.npm-global',
  'done',
].join('\n')

const npm = (verb: 'install' | 'uninstall', words: string, ...given: readonly string[]): Argv => [
  ...['sh', '-c', `${WRITABLE_PREFIX}\nexec npm ${verb} --global --prefix "$prefix" ${words} "$@"`, 'sh'],
  ...given,
]

/** Installs OpenClaw with npm: for everybody where the person may write there, else into the home directory. */
export function installOpenClaw(version: string): Argv {
  return npm('install', '--no-fund --no-audit', `openclaw@${version}`)
}

/** Takes away what {@link installOpenClaw} installed. */
export function uninstallOpenClaw(): Argv {
  return npm('uninstall', '--no-fund --no-audit', 'openclaw')
}
