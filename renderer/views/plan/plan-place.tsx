import { useApp } from '../../store/app'
import { DeletionSheet } from '../delete/deletion-sheet'
import { PlanSheet } from './plan-sheet'

/** The sheet of the plan that was asked for: deletions have one of their own. */
export function PlanPlace() {
  const request = useApp(app => app.request)
  return request?.kind === 'remove' ? <DeletionSheet nodeId={request.nodeId} /> : <PlanSheet />
}
