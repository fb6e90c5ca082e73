import { useApp } from '../../store/app'
import { CleanSheet } from '../clean/clean-sheet'
import { DeletionSheet } from '../delete/deletion-sheet'
import { PlanSheet } from './plan-sheet'

/** The sheet of the plan that was asked for: deletions and clean-ups have their own. */
export function PlanPlace() {
  const request = useApp(app => app.request)
  if (request?.kind === 'remove') return <DeletionSheet nodeId={request.nodeId} />
  return request?.kind === 'clean' ? <CleanSheet request={request} /> : <PlanSheet />
}
