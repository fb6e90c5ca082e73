import type { Certificate, DeletionItem, Verdict } from '../../shared/deletion'
import type { Operation, Plan } from '../../shared/plan'
import { momentText } from '../../shared/units'
import { isTicked, peerName } from '../deletion/peers'
import { sizeText } from '../deletion/step-parts'

const TITLES: Readonly<Record<Verdict, string>> = {
  goes: 'Goes',
  stays: 'Stays',
  refused: 'Refused',
  'by-hand': 'Only you can',
}

/** What a deletion takes and leaves, item by item. */
export function deletionText({ deletion }: Plan): string {
  if (deletion === undefined) return ''
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title, ...lines.map(line => `  ${line}`)]
  const items = (verdict: Verdict): readonly string[] =>
    deletion.items.filter(item => item.verdict === verdict).map(itemText)
  return [
    ...section(
      'What is set up there',
      (deletion.holds ?? []).map(({ profile, what, found }) => `${what.padEnd(11)} ${found} (profile ${profile})`),
    ),
    ...(['goes', 'stays', 'refused', 'by-hand'] as const).flatMap(verdict => section(TITLES[verdict], items(verdict))),
    ...section(
      'Bots',
      deletion.bots.map(
        bot =>
          `${bot.botId} (${bot.account})${bot.sharedWith === null ? '' : `: ${bot.sharedWith} uses it too, not touched`}`,
      ),
    ),
    ...section(
      'Records on other nodes',
      deletion.peers.map(peer => `${peerName(peer)}${isTicked(peer, deletion.options) ? ': goes' : ''}`),
    ),
    ...section(
      'Left for you',
      deletion.byHand.map(one => [one.text, one.command, one.link].filter(part => part !== null).join('\n      ')),
    ),
    ...section(
      'Not seen',
      deletion.notSeen.map(({ what, why }) => `${what}: ${why}`),
    ),
    ...section('Last good backup', [deletion.lastBackup === null ? 'none known' : momentText(deletion.lastBackup.at)]),
  ].join('\n')
}

function itemText({ kind, name, size, verdict, why, lines }: DeletionItem): string {
  const measured = size === null ? '' : ` (${sizeText(size)})`
  const reason = verdict === 'goes' ? '' : `: ${why}`
  return [`${kind.padEnd(11)} ${name}${measured}${reason}`, ...lines.map(line => `      ${line.text}`)].join('\n')
}

/** What follows the end of a run that deletes. */
export function runLines({ id }: Operation, certificate: Certificate | null): readonly string[] {
  return certificate === null ? [] : [`Certificate: ocm certificate ${id}`]
}
