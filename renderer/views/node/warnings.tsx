import { useState } from 'react'
import { attempt, checkNode, openPlan } from '../../actions'
import { LinkButton } from '../../components/controls'
import { Copyable } from '../../components/copyable'
import { ConditionGlyph } from '../../components/glyph'
import { nextStep, type Command, type NextStep } from '../../lib/warnings'
import { useApp } from '../../store/app'
import type { NodeView } from '../../../shared/contract'
import type { Warning } from '../../../shared/survey'
import { useNodeAlerts } from '../fleet/alert-badge'
import { partId } from './panel'

/** What a survey warns of, each with what helps where OCM knows it. */
export function Warnings({ view }: { readonly view: NodeView }) {
  const alerts = useNodeAlerts(view.record.id)
  const isTold = alerts.some(({ rule }) => rule === 'orphans')
  // The alert below says the same with newer numbers.
  const warnings = (view.survey?.warnings ?? []).filter(({ code }) => code !== 'orphans' || !isTold)
  const hasBackup = useApp(app => app.backups.length > 0)
  if (warnings.length === 0) return null
  return (
    <ul className="callout attention warnings" aria-label="Warnings">
      {warnings.map(warning => (
        <WarningRow
          key={warning.code + warning.text}
          warning={warning}
          step={nextStep(warning, { view, hasBackup })}
          nodeId={view.record.id}
        />
      ))}
    </ul>
  )
}

interface WarningRowProps {
  readonly warning: Warning
  readonly step: NextStep | undefined
  readonly nodeId: string
}

function WarningRow({ warning: { text }, step, nodeId }: WarningRowProps) {
  const openDialog = useApp(app => app.openDialog)
  const [isOpen, setIsOpen] = useState(false)
  const commands = step !== undefined && 'commands' in step ? step.commands : null
  const act = (chosen: NextStep) => {
    if ('dialog' in chosen) openDialog(chosen.dialog)
    else if ('cleanUp' in chosen) void openPlan({ kind: 'clean', nodeId, what: chosen.cleanUp })
    else if ('check' in chosen) void checkNode(nodeId)
    else if ('url' in chosen) void attempt('app.openExternal', { url: chosen.url })
    else if ('part' in chosen) showPart(partId(chosen.part, chosen.profile))
    else setIsOpen(!isOpen)
  }
  return (
    <li>
      <div className="warning">
        <ConditionGlyph condition="attention" />
        <span className="grow selectable">{text}</span>
        {step !== undefined && (
          <LinkButton
            aria-label={`${step.verb}: ${text}`}
            {...(commands !== null && { 'aria-expanded': isOpen })}
            onPress={() => act(step)}
          >
            {step.verb}
          </LinkButton>
        )}
      </div>
      {isOpen && commands !== null && <Commands commands={commands} />}
    </li>
  )
}

function Commands({ commands }: { readonly commands: readonly Command[] }) {
  return (
    <ul className="advice" aria-label="To type on the machine">
      {commands.map(({ says, line }) => (
        <li key={line}>
          <p>{says}</p>
          <Copyable text={line} what="command" />
        </li>
      ))}
    </ul>
  )
}

/** Brings a panel of the page into view, and the focus with it. */
function showPart(id: string): void {
  const panel = document.getElementById(id)
  panel?.scrollIntoView({ block: 'start' })
  panel?.focus()
}
