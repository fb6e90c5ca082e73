import { useEffect, useState } from 'react'
import { call, problemOf } from '../../api'
import { useApp } from '../../store/app'
import type { Output } from '../../../shared/contract'
import type { PublicError } from '../../../shared/errors'

/** How far a chart looks back. */
export type Span = 'day' | 'month' | 'year'

const DAY_MS = 24 * 60 * 60 * 1000

/** The stored points of a node. */
export interface History {
  readonly points: Output<'watch.history'>['points']
  readonly alerts: Output<'watch.history'>['alerts']
  readonly state: 'loading' | 'ready' | 'failed'
  readonly problem: PublicError | null
}

const NOTHING: History = { points: [], alerts: [], state: 'loading', problem: null }

/** Loads a node's history and, over a day, keeps it going with each new point. The old one stays while a new span loads. */
export function useHistory(nodeId: string, span: Span): History {
  const [history, setHistory] = useState(NOTHING)
  useEffect(() => {
    let isCurrent = true
    call('watch.history', { nodeId, span }).then(
      ({ points, alerts }) => {
        if (isCurrent) setHistory({ points, alerts, state: 'ready', problem: null })
      },
      (error: unknown) => {
        if (isCurrent) setHistory({ ...NOTHING, state: 'failed', problem: problemOf(error) })
      },
    )
    return () => {
      isCurrent = false
    }
  }, [nodeId, span])
  useEffect(() => {
    if (span !== 'day') return undefined
    return useApp.subscribe(({ lastPoint }) => {
      if (lastPoint?.nodeId !== nodeId) return
      const { point } = lastPoint
      setHistory(old => {
        if (old.state !== 'ready' || (old.points.at(-1)?.at ?? 0) >= point.at) return old
        return { ...old, points: [...old.points.filter(({ at }) => at > point.at - DAY_MS), point] }
      })
    })
  }, [nodeId, span])
  return history
}

/** While the page of a node is open it is asked more often. */
export function useFocusOn(nodeId: string): void {
  useEffect(() => {
    // A page without fresh numbers is still a page: nothing to say when this fails.
    const focus = (wish: string | null) => void call('watch.focus', { nodeId: wish }).catch(() => undefined)
    focus(nodeId)
    return () => focus(null)
  }, [nodeId])
}
