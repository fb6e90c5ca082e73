import { AppError } from '../../shared/errors'
import { textOf } from '../values-of'
import { askPowerShell } from './powershell'
import { forgetLook } from './look'
import { endScript } from './script'

const END_LIMIT_MS = 30_000

/**
 * Ends a process at once, if it still is the one that started then (ms since 1970): Windows knows no other way.
 * @returns whether it was there. @throws AppError `permission-denied` when it may not be ended.
 */
export async function endProcess(pid: number, startedMs: number): Promise<boolean> {
  forgetLook()
  const answer = await askPowerShell(endScript(pid, startedMs), END_LIMIT_MS)
  const end = textOf(answer['end'])
  if (end === 'ended') return true
  if (end === 'gone' || end === 'other') return false
  const why = textOf(answer['error']) ?? 'Windows did not say why'
  throw new AppError('permission-denied', `This account may not end process ${pid}: ${why.slice(0, 200)}`)
}
