import { describe, expect, test } from 'vitest'
import { actionsOf, placeOfNotice } from '../../../main/shell/notice'
import { loudAlerts, toolTip, trayState } from '../../../main/shell/tray-state'
import type { WatchState } from '../../../shared/watch'
import { alertOf } from './alerts'

const state = (changes: Partial<WatchState>): WatchState => ({
  isPaused: false,
  pausedBecause: null,
  worst: 'fine',
  isOffline: false,
  watched: 3,
  nextAt: null,
  ...changes,
})

describe('the icon', () => {
  test('tells a pause before anything else, since a quiet icon would say nothing', () => {
    expect(trayState(state({ worst: 'critical', isPaused: true, pausedBecause: 'admin' }))).toBe('paused')
    expect(trayState(state({ isOffline: true, isPaused: true, pausedBecause: 'battery' }))).toBe('paused')
  })

  test('tells the worst when watching sleeps only with the machine', () => {
    expect(trayState(state({ worst: 'critical', isPaused: true, pausedBecause: 'sleep' }))).toBe('critical')
  })

  test('tells that nothing can be reached before what was found earlier', () => {
    expect(trayState(state({ worst: 'attention', isOffline: true }))).toBe('offline')
    expect(trayState(state({ worst: 'attention' }))).toBe('attention')
    expect(trayState(state({}))).toBe('fine')
  })
})

describe('the tool tip', () => {
  test('names the worst finding with its node, and how many more there are', () => {
    const alerts = loudAlerts(
      [
        alertOf({ title: 'No backup' }),
        alertOf({ level: 'critical', nodeLabel: 'pc-b', title: 'Disk full in about 5 h' }),
      ],
      0,
    )
    expect(toolTip('critical', alerts, '3 of 3 online')).toBe('OCM: pc-b disk full in about 5 h (1 more)')
  })

  test('says how the fleet is when nothing is wrong, and that watching is paused', () => {
    expect(toolTip('fine', [], '3 of 3 online')).toBe('OCM: 3 of 3 online')
    expect(toolTip('paused', [], '3 of 3 online')).toBe('OCM: watching is paused, 3 of 3 online')
  })

  test('fits into what Windows shows', () => {
    const long = toolTip('critical', [alertOf({ title: 'x'.repeat(300) })], '')
    expect(long).toHaveLength(127)
    expect(long.endsWith('…')).toBe(true)
  })
})

test('an alert that was put off is loud again when its time has come', () => {
  const alert = alertOf({ snoozedUntil: 1000 })
  expect(loudAlerts([alert], 999)).toEqual([])
  expect(loudAlerts([alert], 1000)).toEqual([alert])
})

describe('a notification', () => {
  test('of one finding leads to it, and offers its action first', () => {
    const [id] = [crypto.randomUUID()]
    expect(placeOfNotice({ alertIds: [id] })).toBe(`alert/${id}`)
    expect(actionsOf({ action: 'clean-orphans', alertIds: [id] }).map(({ act }) => act)).toEqual([
      'clean-up',
      'snooze',
      'open',
    ])
    expect(actionsOf({ action: 'open', alertIds: [id] }).map(({ act }) => act)).toEqual(['open', 'snooze'])
  })

  test('of many leads to the list, and offers nothing that would hold for one of them', () => {
    const alertIds = [crypto.randomUUID(), crypto.randomUUID()]
    expect(placeOfNotice({ alertIds })).toBe('alerts')
    expect(actionsOf({ action: 'clean-orphans', alertIds }).map(({ act }) => act)).toEqual(['open'])
  })
})
