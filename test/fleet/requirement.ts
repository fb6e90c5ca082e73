/** Whether tests on real machines run here, may be left out with a word of why, or must fail. */
import { fleetObstacle } from './host.ts'

/**
 * For `describe.skipIf(skipsFleet())`: false where machines can run. Where they cannot, it prints why and returns true, unless
 * this is CI or root: there machines have to run, so their absence is an error.
 */
export function skipsFleet(): boolean {
  const obstacle = fleetObstacle()
  if (obstacle === undefined) return false
  const mustRun = process.platform === 'linux' && (process.env['CI'] !== undefined || process.getuid?.() === 0)
  if (mustRun) throw new Error(`Real machines have to run here, and cannot: ${obstacle}`)
  console.warn(`Skipped: tests on real machines, because ${obstacle}`)
  return true
}
