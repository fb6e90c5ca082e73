import { useMemo } from 'react'
import { Button } from 'react-aria-components'
import { loudOf, sortAlerts, worstOf } from '../../lib/alerts'
import { counted } from '../../lib/format'
import { useNow } from '../../lib/now'
import { useApp } from '../../store/app'
import type { Alert } from '../../../shared/watch'

/** The alerts of a node that want a person, the worst first. */
export function useNodeAlerts(nodeId: string): readonly Alert[] {
  const alerts = useApp(app => app.alerts)
  const nowMs = useNow()
  return useMemo(
    () =>
      sortAlerts(
        loudOf(
          alerts.filter(alert => alert.nodeId === nodeId),
          nowMs,
        ),
      ),
    [alerts, nodeId, nowMs],
  )
}

/** How many alerts a node has; leads to the worst. */
export function AlertBadge({ alerts }: { readonly alerts: readonly Alert[] }) {
  const goTo = useApp(app => app.goTo)
  const [worst] = alerts
  if (worst === undefined) return null
  const words = counted(alerts.length, 'alert')
  return (
    <Button
      className={`chip alert-badge ${worstOf(alerts)}`}
      aria-label={`${words} of ${worst.nodeLabel}, ${worst.level === 'critical' ? 'critical' : 'attention'}`}
      onPress={() => goTo({ view: 'alert', id: worst.id })}
    >
      {words}
    </Button>
  )
}
