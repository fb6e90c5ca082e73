import type { DeletionBot } from '../../shared/deletion'
import { valueOf } from '../../shared/survey'
import { profileOf } from '../plan/facts'
import type { DeletionFacts } from './facts'

/** Telegram bots of the profiles that go, and who else uses them. */
export function botsOf(facts: DeletionFacts, profiles: readonly string[]): readonly DeletionBot[] {
  const { node, foreignBots } = facts
  const staying = new Map(
    node.survey.profiles
      .filter(profile => !profiles.includes(profile.name))
      .flatMap(profile => botIdsOf(facts, profile.name).map(({ botId }) => [botId, profile.name] as const)),
  )
  return profiles.flatMap(profile =>
    botIdsOf(facts, profile).map(({ botId, account }) => {
      const neighbour = staying.get(botId)
      const sharedWith = foreignBots.get(botId) ?? (neighbour === undefined ? null : `the profile ${neighbour}`)
      return { botId, account, profile, sharedWith }
    }),
  )
}

function botIdsOf(
  { node }: DeletionFacts,
  profile: string,
): readonly { readonly botId: string; readonly account: string }[] {
  const channels = valueOf(profileOf(node, profile)?.channels ?? { state: 'known', value: [] }) ?? []
  return channels.flatMap(({ kind, account, botId }) =>
    kind === 'telegram' && botId !== null ? [{ botId, account }] : [],
  )
}
