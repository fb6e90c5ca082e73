import type { DeletionBot } from '../../../shared/deletion'
import type { Result } from '../../../shared/protocol'
import { SECOND } from '../../../shared/units'
import { done } from '../types'
import { ask, bounds, isNodeMissing, ofOneItem, type Part, type VerbPerformer } from './part'

/** Telegram's methods may take so long each, ms; it can ask for a pause with `retry_after`. */
const CALL_MS = 15 * SECOND

/** Under this name a run keeps what Telegram answered per bot. No token is part of it. */
export const BOTS = 'deletion-bots'

/** Where bots are deleted. */
export const BOT_FATHER = 'https://t.me/BotFather'

/**
 * Lets go of the node's Telegram bots as far as the Bot API can, which cannot delete a bot: the rest is always the person's.
 * A bot that another managed node uses too is not touched.
 */
export const releaseBots: VerbPerformer = async part => {
  const { bots } = part.deletion
  const own = bots.filter(bot => bot.sharedWith === null)
  const shared = bots.flatMap(({ botId, sharedWith }) =>
    sharedWith === null ? [] : [`Bot ${botId} is left alone: ${sharedWith} uses it too.`],
  )
  if (own.length === 0) return done(shared.length === 0 ? 'There is no Telegram bot.' : shared.join(' '))
  const released: Released[] = []
  for (const bot of own) {
    released.push(await releaseOne(part, bot))
    part.context.saveData(BOTS, JSON.stringify(released))
  }
  const isAll = released.every(({ problem, calls }) => problem === null && calls.every(call => call.isOk))
  const note = [...released.map(sentenceOf), ...shared].join(' ')
  if (isAll) return { state: 'needs-you', note }
  return {
    state: 'needs-you',
    note,
    error: {
      code: 'check-failed',
      message: 'Not every bot could be let go of.',
      hint: `Delete them with @BotFather (${BOT_FATHER}): that ends them in any case.`,
    },
  }
}

interface Released {
  readonly botId: string
  readonly username: string | null
  readonly calls: Result<'releaseBot'>['calls']
  readonly problem: string | null
}

async function releaseOne(part: Part, bot: DeletionBot): Promise<Released> {
  const { botId, profile, account } = bot
  part.context.note(`Letting go of bot ${botId}`)
  try {
    const answer = await ask(part, remote =>
      remote.request('releaseBot', { profile, account, limitMs: CALL_MS }, bounds(part, 6 * CALL_MS)),
    )
    return { botId, ...answer, problem: null }
  } catch (error) {
    const problem = isNodeMissing(error) ? 'the node has no Node.js any more' : ofOneItem(error, part).message
    return { botId, username: null, calls: [], problem }
  }
}

function sentenceOf({ botId, username, calls, problem }: Released): string {
  const name = username === null ? `bot ${botId}` : `@${username}`
  const told = calls.map(({ method, status, isOk, text }) =>
    isOk ? `${method} done` : `${method} ${status ?? 'without an answer'}${text === '' ? '' : ` (${text})`}`,
  )
  const said = problem === null ? told.join(', ') : `could not be let go of: ${problem}`
  const whom = username === null ? `the bot with id ${botId}` : `@${username}`
  return `${name}: ${said}. Telegram lets only you delete it: send /deletebot to @BotFather (${BOT_FATHER}) and choose ${whom}.`
}
