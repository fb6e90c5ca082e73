import { OctagonAlert, TriangleAlert } from 'lucide-react'
import { checkNode, openPlan } from '../../actions'
import { LinkButton } from '../../components/controls'
import { Age } from '../../components/facts'
import { cleanUpOf } from '../../lib/alerts'
import { exactTime } from '../../lib/format'
import { useNow } from '../../lib/now'
import { removalWords } from '../../lib/removal-words'
import { ERROR_TITLES } from '../../lib/words'
import { useApp } from '../../store/app'
import type { OpenDialog, Place, PlanRequest } from '../../store/window'
import type { NodeView } from '../../../shared/contract'
import type { Alert } from '../../../shared/watch'

/** At most one line that wants attention, and the one action that helps. */
export function Attention({ view, alerts }: { readonly view: NodeView; readonly alerts: readonly Alert[] }) {
  const openDialog = useApp(app => app.openDialog)
  const goTo = useApp(app => app.goTo)
  const line = removalLine(view, useNow()) ?? ownLine(view) ?? alertLine(alerts) ?? warningLine(view)
  if (line === undefined) return null
  const act = () => {
    if ('check' in line) void checkNode(view.record.id)
    else if ('dialog' in line) openDialog(line.dialog)
    else if ('cleanUp' in line) void openPlan(line.cleanUp)
    else if ('release' in line) void openPlan({ kind: 'release', nodeId: view.record.id })
    else goTo(line.place)
  }
  return (
    <div className={`attention-line ${line.tone}`}>
      {line.tone === 'critical' && <OctagonAlert size={13} aria-hidden="true" />}
      {line.tone === 'attention' && <TriangleAlert size={13} aria-hidden="true" />}
      <span className="grow attention-text" title={line.title}>
        {line.text}
      </span>
      <LinkButton onPress={act} aria-label={`${line.verb}: ${view.record.label}`}>
        {line.verb}
      </LinkButton>
    </div>
  )
}

type Line = {
  readonly text: React.ReactNode
  readonly title: string
  readonly verb: string
  readonly tone: 'critical' | 'attention' | 'quiet'
} & (
  | { readonly check: true }
  | { readonly release: true }
  | { readonly dialog: OpenDialog }
  | { readonly place: Place }
  | { readonly cleanUp: PlanRequest }
)

/** A node on its way out says how far it is, before anything else. */
function removalLine({ removal }: NodeView, nowMs: number): Line | undefined {
  if (removal === null) return undefined
  const text = removalWords(removal, nowMs)
  const title = removal.until === null ? removal.remains.join('\n') : exactTime(removal.until)
  if (removal.state === 'quarantined') {
    // What is named here is why the deletion did not happen when it was due.
    const [why] = removal.remains
    return why === undefined
      ? { text, title, verb: 'Bring back', tone: 'quiet', release: true }
      : { text: why, title: why, verb: 'Bring back', tone: 'attention', release: true }
  }
  const place = { view: 'operation', id: removal.operationId } as const
  const isRunning = removal.state === 'running'
  return {
    text,
    title,
    verb: removal.remains.length === 0 ? 'Show run' : 'See what is left',
    tone: isRunning ? 'quiet' : 'attention',
    place,
  }
}

/** The worst alert, with its action. */
function alertLine([worst, ...more]: readonly Alert[]): Line | undefined {
  if (worst === undefined) return undefined
  const { id, title, level } = worst
  const text = more.length === 0 ? title : `${title} (${more.length} more)`
  const cleanUp = cleanUpOf(worst)
  const line = { text, title: worst.text, tone: level }
  return cleanUp === undefined
    ? { ...line, verb: 'Details', place: { view: 'alert', id } }
    : { ...line, verb: 'Clean up', cleanUp }
}

/** What OCM itself met: a run, a node that does not answer, a login that fails. */
function ownLine(view: NodeView): Line | undefined {
  const { record, problem, reach, survey, operationId } = view
  const { id: nodeId } = record
  if (operationId !== null) {
    const place = { view: 'operation', id: operationId } as const
    return { text: 'A run holds this node', title: '', verb: 'Show run', tone: 'quiet', place }
  }
  const test = { kind: 'test-node', nodeId } as const
  const title = problem?.message ?? ''
  if (reach === 'blocked') {
    const text = problem === null ? 'Host key not trusted' : ERROR_TITLES[problem.code]
    return { text, title, verb: 'Compare', tone: 'attention', dialog: test }
  }
  if (reach === 'offline') return offlineLine(view, title)
  if (problem !== null) {
    const isLogin = problem.code.startsWith('credential') || problem.code.startsWith('key')
    const text = ERROR_TITLES[problem.code]
    return isLogin
      ? { text, title, verb: 'Edit login', tone: 'attention', dialog: { kind: 'edit-node', nodeId } }
      : { text, title, verb: 'Test', tone: 'attention', dialog: test }
  }
  if (survey === null) return { text: 'Nothing known yet', title: '', verb: 'Check now', tone: 'quiet', check: true }
  return undefined
}

/** What the last survey warns of. */
function warningLine({ record: { id: nodeId }, survey }: NodeView): Line | undefined {
  const [warning, ...more] = survey?.warnings ?? []
  if (warning === undefined) return undefined
  const text = more.length === 0 ? warning.text : `${warning.text} (${more.length} more)`
  return { text, title: warning.text, verb: 'Details', tone: 'attention', place: { view: 'node', id: nodeId } }
}

function offlineLine({ lastSeenAt }: NodeView, title: string): Line {
  const text =
    lastSeenAt === null ? (
      'Never seen'
    ) : (
      <>
        Last seen <Age at={lastSeenAt} />
      </>
    )
  return { text, title, verb: 'Try again', tone: 'quiet', check: true }
}
