import { AppError } from '../../shared/errors'
import type { ActionContext } from './types'

/** The snapshot an action names: an id, or what an earlier capture of this run made. */
export function snapshotId(name: string, context: ActionContext): string {
  if (!name.startsWith('step:')) return name
  const id = context.snapshots.get(name.slice('step:'.length))
  if (id === undefined) throw new AppError('backup-missing', 'The backup of this run is missing.')
  return id
}
