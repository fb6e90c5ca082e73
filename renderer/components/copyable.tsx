import { Check, Copy } from 'lucide-react'
import { useRef, useState } from 'react'
import { IconButton } from './controls'

interface CopyableProps {
  readonly text: string
  /** What the text is, for the button's name: "fingerprint". */
  readonly what: string
}

/** A text to compare or keep, with a button that copies it. Where the clipboard is closed to the window, it is selected. */
export function Copyable({ text, what }: CopyableProps) {
  const code = useRef<HTMLElement>(null)
  const [state, setState] = useState<'fresh' | 'copied' | 'selected'>('fresh')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setState('copied')
    } catch {
      // Permissions are denied to the window by default; a selection needs none.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current)
      setState('selected')
    }
  }
  const label = { fresh: `Copy ${what}`, copied: 'Copied', selected: 'Selected: copy it with the keyboard' }[state]
  return (
    <span className="copyable">
      <code ref={code}>{text}</code>
      <IconButton icon={state === 'copied' ? Check : Copy} label={label} size="small" onPress={() => void copy()} />
    </span>
  )
}
