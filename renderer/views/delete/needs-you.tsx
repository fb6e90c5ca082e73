import { ExternalLink } from 'lucide-react'
import { attempt } from '../../actions'
import { Button } from '../../components/controls'
import { Copyable } from '../../components/copyable'
import type { ByHand } from '../../../shared/deletion'

/** What only the person can do: the exact words to type, and where. */
export function NeedsYou({ byHand }: { readonly byHand: readonly ByHand[] }) {
  if (byHand.length === 0) return null
  return (
    <ul className="by-hand" aria-label="To do by hand">
      {byHand.map(({ text, command, link }) => (
        <li key={text + (command ?? '')}>
          <p className="selectable">{text}</p>
          {command !== null && <Copyable text={command} what="command" />}
          {link !== null && (
            <Button size="small" icon={ExternalLink} onPress={() => void attempt('app.openExternal', { url: link })}>
              Open {nameOf(link)}
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}

/** What a link leads to, in a word. */
function nameOf(link: string): string {
  const { hostname, pathname } = new URL(link)
  return hostname === 't.me' ? pathname.slice(1) : hostname
}
