import type { Decision } from '../../shared/plan'
import { pointerOf } from './config'
import type { Documents } from './documents'
import type { Json5Node } from './json5-text'
import { memberOf } from './json5-text'
import type { Change, RewriteInput } from './place'
import { isReference } from './secrets'

/** Members of `channels` that are no channels. */
const SETTINGS = new Set(['defaults', 'modelByChannel', '$include'])
/** Variables that switch a channel on without any config. */
const ENVIRONMENT_CHANNELS: readonly (readonly [string, string])[] = [
  ['TELEGRAM_BOT_TOKEN', 'telegram'],
  ['DISCORD_BOT_TOKEN', 'discord'],
  ['SLACK_BOT_TOKEN', 'slack'],
]

/** What becomes of the channels. */
export interface ChannelPlan {
  readonly changes: readonly Change[]
  readonly decisions: readonly Decision[]
  readonly notes: readonly string[]
}

interface Channel {
  readonly kind: string
  readonly account: string | null
  /** Path of the object that has `enabled`. */
  readonly path: readonly string[]
  readonly isEnabled: boolean
  readonly botId: string | null
}

/** A clone answers no one until its admin says so; in a move, a bot that another node polls is a question. */
export function planChannels(input: RewriteInput, documents: Documents): ChannelPlan {
  const channels = channelsOf(documents)
  return input.mode === 'clone' ? cloneChannels(input, documents, channels) : movedChannels(input, documents, channels)
}

function cloneChannels(input: RewriteInput, documents: Documents, channels: readonly Channel[]): ChannelPlan {
  const why = 'The source goes on answering. Two gateways on one account fight over its messages.'
  const off = channels
    .filter(({ account, path }) => account === null || documents.find([...path, 'enabled']) !== undefined)
    .map(channel => disable(documents, channel.path, why))
  const isOpenEnded = channels.some(({ botId, account }) => account === null && botId === null)
  return {
    changes: off.filter(change => change !== null),
    decisions: [],
    notes: [
      ...(off.length > 0
        ? ['The copy starts with its channels off. Give it tokens of its own before you switch them on.']
        : []),
      ...(isOpenEnded && off.length === 0 ? ['A channel could not be switched off.'] : []),
      `Scheduled jobs run on both machines. Disable those on the copy that must run only once (${input.target.label}).`,
    ],
  }
}

function movedChannels(input: RewriteInput, documents: Documents, channels: readonly Channel[]): ChannelPlan {
  const changes: Change[] = []
  const decisions: Decision[] = []
  const bots = Map.groupBy(
    channels.filter(({ botId, isEnabled }) => isEnabled && botId !== null && input.foreignBots.has(botId)),
    ({ botId }) => botId ?? '',
  )
  for (const [botId, users] of bots) {
    const decision = botDecision(input, botId, users)
    decisions.push(decision)
    if (decision.chosen !== 'disable') continue
    const why = `${input.foreignBots.get(botId) ?? 'Another node'} polls the same bot.`
    changes.push(...users.map(({ path }) => disable(documents, path, why)).filter(change => change !== null))
  }
  return { changes, decisions, notes: [] }
}

function botDecision({ foreignBots, decisions }: RewriteInput, botId: string, users: readonly Channel[]): Decision {
  const id = `bot:${botId}`
  const other = foreignBots.get(botId) ?? 'another node'
  const names = users.map(({ kind, account }) => (account === null ? kind : `${kind} account ${account}`)).join(', ')
  const options = [
    {
      id: 'disable',
      label: 'Switch it off on the target',
      consequence: `The target is silent on ${names}; ${other} goes on answering. Switch it on later with a token of its own.`,
    },
    {
      id: 'carry',
      label: 'Carry it as it is',
      consequence: `${other} and the target displace each other: messages reach whichever wins. Only right when ${other} is switched off first.`,
    },
  ]
  return {
    id,
    title: `${other} polls the same bot (${botId})`,
    detail: `${names} uses a bot that a running gateway on ${other} uses too.`,
    options,
    chosen: options.find(option => option.id === decisions[id])?.id ?? null,
  }
}

function disable(documents: Documents, path: readonly string[], why: string): Change | null {
  const home = documents.homeOf([...path, 'enabled'])
  if (home === undefined) return null
  const node = documents.find([...path, 'enabled'])?.node
  const from = node?.kind === 'literal' ? node.value : '(not set)'
  const pointer = pointerOf(home.path)
  return {
    id: `${home.document.file}#${pointer}`,
    file: home.document.file,
    pointer,
    from,
    to: 'false',
    class: from === 'false' ? 'keep' : 'rewrite',
    why: from === 'false' ? 'Off already.' : why,
    isEditable: true,
    spot: { at: 'path', path: home.path, type: 'boolean' },
    isSecret: false,
  }
}

function channelsOf(documents: Documents): readonly Channel[] {
  const kinds = new Set<string>()
  for (const document of documents.config) {
    const [first, second] = document.base
    const here =
      document.base.length === 0
        ? memberOf(document.root, 'channels')?.value
        : first === 'channels' && second === undefined
          ? document.root
          : undefined
    if (first === 'channels' && second !== undefined) kinds.add(second)
    if (here?.kind === 'object') here.members.forEach(({ name }) => kinds.add(name))
  }
  const variables = ENVIRONMENT_CHANNELS.filter(([name]) => documents.variable(name)).map(([, kind]) => kind)
  return [...new Set([...kinds, ...variables])]
    .filter(kind => !SETTINGS.has(kind))
    .flatMap(kind => accountsOf(documents, kind))
}

function accountsOf(documents: Documents, kind: string): readonly Channel[] {
  const path = ['channels', kind]
  const isOn = (at: readonly string[]): boolean => {
    const node = documents.find([...at, 'enabled'])?.node
    return node?.kind !== 'literal' || node.value !== 'false'
  }
  const isEnabled = isOn(path)
  const token = secretText(documents, [...path, 'botToken']) ?? secretText(documents, [...path, 'token'])
  const name = ENVIRONMENT_CHANNELS.find(([, of]) => of === kind)?.[0]
  const base = {
    kind,
    account: null,
    path,
    isEnabled,
    botId: botIdOf(token ?? (name && documents.variable(name)) ?? ''),
  }
  const accounts = documents.find([...path, 'accounts'])?.node
  if (accounts?.kind !== 'object') return [base]
  const named = accounts.members.map(({ name: account }): Channel => {
    const at = [...path, 'accounts', account]
    const own = secretText(documents, [...at, 'botToken']) ?? secretText(documents, [...at, 'token'])
    return { kind, account, path: at, isEnabled: isEnabled && isOn(at), botId: botIdOf(own ?? '') }
  })
  return [base, ...named]
}

/** A token as written, or through `${NAME}` or a reference to the environment. */
function secretText(documents: Documents, path: readonly string[]): string | undefined {
  const node: Json5Node | undefined = documents.find(path)?.node
  if (node?.kind === 'string') {
    return isReference(node.value) ? documents.variable(node.value.replace(/[${}]/g, '')) : node.value
  }
  const text = (name: string): string | undefined => {
    const value = memberOf(node, name)?.value
    return value?.kind === 'string' ? value.value : undefined
  }
  const variable = text('source') === 'env' ? text('id') : undefined
  return variable === undefined ? undefined : documents.variable(variable)
}

/** The public id inside a token: the digits of a Telegram token, the first part of a Discord one. */
export function botIdOf(token: string): string | null {
  const telegram = /^(\d{5,}):/.exec(token)?.[1]
  if (telegram !== undefined) return telegram
  const discord = /^([A-Za-z0-9_-]{20,})\.[\w-]+\.[\w-]+$/.exec(token)?.[1]
  const decoded = discord === undefined ? '' : Buffer.from(discord, 'base64').toString('latin1')
  return /^\d{15,}$/.test(decoded) ? decoded : null
}
