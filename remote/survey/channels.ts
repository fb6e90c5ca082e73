import { readTextIfThere } from '../bounded-read'
import { at, recordOf, textOf } from '../values-of'
import { withHome, type FoundProfile } from './found-profile'
import type { Profile } from './service'

type Channel = Extract<Profile['channels'], { state: 'known' }>['value'][number]

/** Keys under `channels` that are settings for all channels. */
const NOT_CHANNELS = new Set(['defaults', 'modelByChannel'])
/** Before `channels` there was one top-level key per channel. */
const OLD_CHANNELS = ['telegram', 'whatsapp', 'discord', 'slack', 'signal', 'imessage', 'msteams', 'matrix']

/** Channels and their accounts as configured. */
export function channelsOf(profile: FoundProfile): Channel[] {
  if (profile.config.state !== 'valid') return []
  return channelEntries(profile.config.value).flatMap(([kind, channel]) => {
    const isOn = channel['enabled'] !== false
    const accounts = Object.entries(recordOf(channel['accounts']) ?? {})
    const hasOwn = accounts.length === 0 || channel['botToken'] !== undefined || channel['tokenFile'] !== undefined
    const all: [string, unknown][] =
      hasOwn && !accounts.some(([id]) => id === 'default') ? [['default', channel], ...accounts] : accounts
    return all.map(([account, entry]) => ({
      kind,
      account,
      isEnabled: isOn && at(entry, 'enabled') !== false,
      botId: kind === 'telegram' ? botIdOf(profile, { channel, account, entry }) : null,
    }))
  })
}

/** Kinds and names of channels that have a secret in the configuration. */
export function channelSecrets(profile: FoundProfile): string[] {
  if (profile.config.state !== 'valid') return []
  const isSecret = (key: string, value: unknown): boolean =>
    /(token|secret|password|apikey)$/i.test(key) && (textOf(value) !== undefined || recordOf(value) !== undefined)
  return channelEntries(profile.config.value).flatMap(([kind, channel]) => {
    const holders: [string, unknown][] = [['default', channel], ...Object.entries(recordOf(channel['accounts']) ?? {})]
    return holders
      .filter(([, entry]) => Object.entries(recordOf(entry) ?? {}).some(([key, value]) => isSecret(key, value)))
      .map(([account]) => `${kind}/${account}`)
  })
}

function channelEntries(config: Readonly<Record<string, unknown>>): [string, Readonly<Record<string, unknown>>][] {
  const channels = recordOf(config['channels'])
  const entries =
    channels === undefined ? OLD_CHANNELS.map(kind => [kind, config[kind]] as const) : Object.entries(channels)
  return entries.flatMap(([kind, value]) => {
    const channel = recordOf(value)
    return channel === undefined || NOT_CHANNELS.has(kind)
      ? []
      : [[kind, channel] as [string, Readonly<Record<string, unknown>>]]
  })
}

interface Holder {
  readonly channel: Readonly<Record<string, unknown>>
  readonly account: string
  readonly entry: unknown
}

/** A Telegram account's token and the Bot API server it is for. The token is secret: it never leaves the node. */
export interface TelegramAccess {
  /** Null when the configuration does not lead to one that can be read here. */
  readonly token: string | null
  readonly apiRoot: string | null
}

/** What one Telegram account is configured to; undefined when there is no such account. */
export function telegramAccess(profile: FoundProfile, account: string): TelegramAccess | undefined {
  if (profile.config.state !== 'valid') return undefined
  const channel = channelEntries(profile.config.value).find(([kind]) => kind === 'telegram')?.[1]
  if (!channelsOf(profile).some(found => found.kind === 'telegram' && found.account === account)) return undefined
  const entry = at(channel, 'accounts', account) ?? channel
  const apiRoot = textOf(at(entry, 'apiRoot')) ?? textOf(channel?.['apiRoot']) ?? null
  const token = channel === undefined ? undefined : tokenOf(profile, { channel, account, entry })
  return { token: token?.trim() ?? null, apiRoot }
}

/** The public digits before the colon. */
function botIdOf(profile: FoundProfile, holder: Holder): string | null {
  return /^\s*(\d{3,20}):/.exec(tokenOf(profile, holder) ?? '')?.[1] ?? null
}

/** Order per account: file, configuration, variable (default account only). */
function tokenOf(profile: FoundProfile, { channel, account, entry }: Holder): string | undefined {
  const inherits = account === 'default'
  return (
    tokenInFile(textOf(at(entry, 'tokenFile')), profile) ??
    resolved(at(entry, 'botToken'), profile) ??
    (inherits ? resolved(channel['botToken'], profile) : undefined) ??
    (inherits ? profile.environment.get('TELEGRAM_BOT_TOKEN') : undefined)
  )
}

/** A plain value, `${NAME}`, or a reference to a variable. */
function resolved(value: unknown, { environment }: FoundProfile): string | undefined {
  const text = textOf(value)
  if (text !== undefined) {
    const name = /^\$\{(\w+)\}$/.exec(text)?.[1]
    return name === undefined ? text : environment.get(name)
  }
  const id = at(value, 'source') === 'env' ? textOf(at(value, 'id')) : undefined
  return id === undefined ? undefined : environment.get(id)
}

function tokenInFile(path: string | undefined, { home }: FoundProfile): string | undefined {
  if (path === undefined) return undefined
  try {
    return readTextIfThere(withHome(path, home), 4096) ?? undefined
  } catch {
    return undefined // Unreadable: the id stays unknown, which is shown as none.
  }
}
