import { AppError } from '../shared/errors'
import type { Handler } from './handler'
import { readProcess } from './proc'
import { processesByPs } from './processes'
import { endProcess } from './windows/end'

/** Signals a process that still is the one meant. A pid that now belongs to another is not touched: ours is gone then. */
export const handleKill: Handler<'kill'> = async ({ pid, startedAtTicks, signal }) => {
  if (pid <= 1 || pid === process.pid || pid === process.ppid) {
    throw new AppError('guard-refused', `Process ${pid} is not one that OCM may end.`)
  }
  if (process.platform === 'win32') return { wasAlive: await endProcess(pid, startedAtTicks) }
  if ((await startOf(pid)) !== startedAtTicks) return { wasAlive: false }
  try {
    process.kill(pid, signal)
    return { wasAlive: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return { wasAlive: false }
    throw new AppError('permission-denied', `This account may not end process ${pid}.`, { cause: error })
  }
}

async function startOf(pid: number): Promise<number | null> {
  if (process.platform === 'linux') return readProcess(pid)?.startedAtTicks ?? null
  return (await processesByPs()).find(facts => facts.pid === pid)?.startedAtTicks ?? null
}
