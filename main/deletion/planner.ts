import type { BackupSummary } from '../../shared/backup'
import type { DeletionOptions } from '../../shared/deletion'
import type { Plan } from '../../shared/plan'
import type { PlannerOptions } from '../plan/planner'

/** What planning deletions reads from. */
export interface DeletionPlannerOptions extends PlannerOptions {
  lastBackup(nodeId: string): BackupSummary | null
}

/** Makes the plans that take a node away or bring it back. Changes nothing anywhere. */
export class DeletionPlanner {
  constructor(private readonly options: DeletionPlannerOptions) {}

  delete(nodeId: string, _options: DeletionOptions): Promise<Plan> {
    return Promise.reject(new Error(`not written yet: ${nodeId} ${typeof this.options}`))
  }

  quarantine(nodeId: string, days: number, _options: DeletionOptions): Promise<Plan> {
    return Promise.reject(new Error(`not written yet: ${nodeId} ${days}`))
  }

  release(nodeId: string): Promise<Plan> {
    return Promise.reject(new Error(`not written yet: ${nodeId}`))
  }
}
