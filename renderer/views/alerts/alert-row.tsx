import { BellOff, Clock, EllipsisVertical, Eraser, FileText, Settings2, Volume2 } from 'lucide-react'
import { Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { openPlan } from '../../actions'
import { Button, IconButton, LinkButton } from '../../components/controls'
import { Age } from '../../components/facts'
import { ConditionGlyph } from '../../components/glyph'
import { cleanUpOf, isSnoozed, SNOOZES } from '../../lib/alerts'
import { clockTime, exactTime, span } from '../../lib/format'
import { useNow } from '../../lib/now'
import { RULE_WORDS } from '../../lib/rules'
import { useApp } from '../../store/app'
import { changeNodeWatch, muteRule, nodeWatchOf, snooze } from '../../watch'
import type { Alert, SnoozeFor } from '../../../shared/watch'

interface AlertRowProps {
  readonly alert: Alert
  readonly isHere?: boolean
  /** On the page of the node its name would say nothing. */
  readonly isOnNode?: boolean
}

/** One alert: what, where, since when, what to do about it. */
export function AlertRow({ alert, isHere = false, isOnNode = false }: AlertRowProps) {
  const goTo = useApp(app => app.goTo)
  const isKnown = useApp(app => app.nodes[alert.nodeId] !== undefined)
  const { nodeId, nodeLabel, level, state, title, text } = alert
  const isOver = state === 'cleared'
  const words = isOver ? 'Over' : level === 'critical' ? 'Critical' : 'Attention'
  return (
    <li
      className="alert-row"
      data-alert={alert.id}
      data-here={isHere || undefined}
      data-over={isOver || undefined}
      tabIndex={-1}
      aria-label={`${words}: ${title} on ${nodeLabel}`}
    >
      <ConditionGlyph condition={isOver ? 'new' : level} />
      <div className="grow">
        <p className="row wrap alert-title">
          <span className="title">{title}</span>
          <span className={`state-word ${isOver ? '' : level}`}>{words}</span>
          <Quiet alert={alert} />
        </p>
        <p className="soft selectable">{text}</p>
        <p className="alert-facts">
          {!isOnNode && (
            <>
              {isKnown ? (
                <LinkButton onPress={() => goTo({ view: 'node', id: nodeId })}>{nodeLabel}</LinkButton>
              ) : (
                nodeLabel
              )}
              <span className="dot">·</span>
            </>
          )}
          {RULE_WORDS[alert.rule].title}
          <span className="dot">·</span>
          <When alert={alert} />
        </p>
      </div>
      <Actions alert={alert} isOnNode={isOnNode} />
    </li>
  )
}

function When({ alert: { since, clearedAt } }: { readonly alert: Alert }) {
  const at = new Date(clearedAt ?? since).toISOString()
  if (clearedAt === null) return <Age at={at} />
  return (
    <>
      over <Age at={at} />, lasted {span(clearedAt - since)}
    </>
  )
}

function Quiet({ alert }: { readonly alert: Alert }) {
  const nowMs = useNow()
  const { snoozedUntil, isMuted, state } = alert
  if (state === 'cleared') return null
  if (isMuted) return <span className="chip">Muted</span>
  if (!isSnoozed(alert, nowMs) || snoozedUntil === null) return null
  if (snoozedUntil === 'change') return <span className="chip">Snoozed until it changes</span>
  const until = new Date(snoozedUntil).toISOString()
  return (
    <span className="chip" title={exactTime(until)}>
      Snoozed until {clockTime(until, nowMs)}
    </span>
  )
}

function Actions({ alert, isOnNode }: { readonly alert: Alert; readonly isOnNode: boolean }) {
  const goTo = useApp(app => app.goTo)
  const cleanUp = cleanUpOf(alert)
  const isKnown = useApp(app => app.nodes[alert.nodeId] !== undefined)
  const about = `${alert.title} on ${alert.nodeLabel}`
  if (!isKnown) return null
  return (
    <div className="row alert-actions">
      {alert.state === 'open' && cleanUp !== undefined && (
        <Button size="small" icon={Eraser} aria-label={`Clean up: ${about}`} onPress={() => void openPlan(cleanUp)}>
          Clean up…
        </Button>
      )}
      {alert.state === 'open' && cleanUp === undefined && !isOnNode && (
        <Button
          size="small"
          icon={FileText}
          aria-label={`Open ${alert.nodeLabel}: ${alert.title}`}
          onPress={() => goTo({ view: 'node', id: alert.nodeId })}
        >
          Open
        </Button>
      )}
      <MenuTrigger>
        <IconButton icon={EllipsisVertical} label={`More for ${about}`} size="small" />
        <Popover className="popover" placement="bottom end" offset={4}>
          <AlertMenu alert={alert} />
        </Popover>
      </MenuTrigger>
    </div>
  )
}

function AlertMenu({ alert }: { readonly alert: Alert }) {
  const goTo = useApp(app => app.goTo)
  const nowMs = useNow()
  useApp(app => app.watchConfig)
  const { nodeId, nodeLabel, rule, state } = alert
  const { isMuted, mutedRules } = nodeWatchOf(nodeId)
  const isRuleMuted = mutedRules.includes(rule)
  const item = (icon: typeof Clock, text: string, onAction: () => void) => {
    const Icon = icon
    return (
      <MenuItem key={text} className="menu-item" textValue={text} onAction={onAction}>
        <Icon size={15} aria-hidden="true" />
        <span className="grow">{text}</span>
      </MenuItem>
    )
  }
  const put = (until: SnoozeFor | null) => () => void snooze(alert, until)
  return (
    <Menu className="menu" aria-label={`More for ${alert.title} on ${nodeLabel}`}>
      {state === 'open' && isSnoozed(alert, nowMs) && item(Volume2, 'Stop snoozing', put(null))}
      {state === 'open' && SNOOZES.map(([until, text]) => item(Clock, `Snooze ${text.toLowerCase()}`, put(until)))}
      {state === 'open' && <Separator className="menu-line" />}
      {item(
        isRuleMuted ? Volume2 : BellOff,
        `${isRuleMuted ? 'Unmute' : 'Mute'} “${RULE_WORDS[rule].title}” on ${nodeLabel}`,
        () => void muteRule(nodeId, rule, !isRuleMuted),
      )}
      {item(
        isMuted ? Volume2 : BellOff,
        isMuted ? `Unmute ${nodeLabel}` : `Mute everything on ${nodeLabel}`,
        () => void changeNodeWatch(nodeId, { isMuted: !isMuted }),
      )}
      <Separator className="menu-line" />
      {item(FileText, `Open ${nodeLabel}`, () => goTo({ view: 'node', id: nodeId }))}
      {item(Settings2, 'Rules…', () => goTo({ view: 'settings' }))}
    </Menu>
  )
}
