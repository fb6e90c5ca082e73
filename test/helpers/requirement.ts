/** Tests that need something of the machine they run on: whether they run, are left out with a word of why, or must fail. */

/** Why small disks cannot be mounted here; undefined where they can. */
export const MOUNT_OBSTACLE = isRootOnLinux() ? undefined : 'only root on Linux can mount a file system'

/** Why no other users can be made here; undefined where they can. */
export const USER_OBSTACLE = isRootOnLinux() ? undefined : 'only root on Linux can make a user for a test'

/** Why what only Linux has is not there; undefined on Linux. */
export function unlessLinux(why: string): string | undefined {
  return process.platform === 'linux' ? undefined : why
}

/**
 * For `test.skipIf(skips('…', obstacle))`: false where nothing is in the way. Else it prints what is left out and why, and
 * returns true.
 * @throws Error on Linux in CI or as root: there everything has to run, so that a missing tool never looks like a passed test.
 */
export function skips(about: string, obstacle: string | undefined): boolean {
  if (obstacle === undefined) return false
  const mustRun = process.platform === 'linux' && (process.env['CI'] !== undefined || process.getuid?.() === 0)
  if (mustRun) throw new Error(`Tests of ${about} have to run here, and cannot: ${obstacle}`)
  console.warn(`Skipped: tests of ${about}, because ${obstacle}`)
  return true
}

function isRootOnLinux(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0
}
