import { useState } from 'react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { Bytes } from '../../components/facts'
import { Section } from '../../components/section'
import { COMPONENTS } from '../../lib/words'
import type { Difference, Plan } from '../../../shared/plan'

type Change = Difference['change']

const CHANGES: Readonly<Record<Change, { readonly words: string; readonly tone: string }>> = {
  added: { words: 'Added', tone: 'fine' },
  changed: { words: 'Changed', tone: 'accent' },
  removed: { words: 'Removed', tone: 'critical' },
  kept: { words: 'Kept', tone: '' },
}

const ORDER = Object.keys(CHANGES) as Change[]

/** What a restore makes of the node: added, changed, kept and removed. Configs unfold to a readable diff. */
export function Differences({ plan }: { readonly plan: Plan }) {
  const [only, setOnly] = useState<Change | null>(null)
  const shown = [...plan.differences]
    .filter(({ change }) => only === null || change === only)
    .sort((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change) || a.path.localeCompare(b.path))
  const countOf = (kind: Change) => plan.differences.filter(({ change }) => change === kind).length
  return (
    <div className="stack">
      <ToggleButtonGroup
        aria-label="Kind of difference"
        className="segments start"
        selectionMode="single"
        selectedKeys={only === null ? [] : [only]}
        onSelectionChange={keys => setOnly(([...keys][0] as Change | undefined) ?? null)}
      >
        {ORDER.map(kind => (
          <ToggleButton key={kind} id={kind} className="segment">
            {CHANGES[kind].words} {countOf(kind)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <ul className="lines tall">
        {shown.map(difference => (
          <DifferenceRow key={difference.path} difference={difference} />
        ))}
      </ul>
    </div>
  )
}

function DifferenceRow({ difference }: { readonly difference: Difference }) {
  const { path, component, change, bytes, diff } = difference
  const { words, tone } = CHANGES[change]
  return (
    <li className="difference">
      <div className="row">
        <span className={`chip ${tone} fixed`}>{words}</span>
        <code className="grow clip" title={path}>
          {path}
        </code>
        <span className="soft">{COMPONENTS[component]}</span>
        <span className="carried-size">
          <Bytes count={bytes} />
        </span>
      </div>
      {diff !== undefined && (
        <Section title={`Difference in ${path}`}>
          <Diff text={diff} />
        </Section>
      )}
    </li>
  )
}

/** A unified diff, line by line; secrets are masked by main. */
function Diff({ text }: { readonly text: string }) {
  return (
    <pre className="diff" tabIndex={0} role="region" aria-label="Unified diff">
      {text.split('\n').map((line, index) => (
        <span key={index} className={kindOf(line)}>
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}

function kindOf(line: string): string {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('@@')) return 'diff-head'
  if (line.startsWith('+')) return 'diff-added'
  return line.startsWith('-') ? 'diff-removed' : 'diff-same'
}
