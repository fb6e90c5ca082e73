import type { Alert } from '../../../shared/watch'

/** An open alert that asks for attention, with some of it otherwise. */
export function alertOf(changes: Partial<Alert> = {}): Alert {
  return {
    id: crypto.randomUUID(),
    nodeId: crypto.randomUUID(),
    nodeLabel: 'alpha',
    rule: 'orphans',
    subject: '',
    level: 'attention',
    state: 'open',
    title: 'A finding',
    text: 'What it is.',
    action: 'open',
    since: 0,
    changedAt: 0,
    clearedAt: null,
    snoozedUntil: null,
    isMuted: false,
    value: 1,
    ...changes,
  }
}
