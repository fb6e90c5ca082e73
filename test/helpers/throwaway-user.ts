import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'

/** A user of this machine, for as long as a test runs. */
export interface ThrowawayUser extends Disposable {
  readonly name: string
}

/** Makes a user, with a password and a home if given; the home is not made. Root on Linux only, see `USER_OBSTACLE`. */
export function throwawayUser(options: { readonly password?: string; readonly home?: string }): ThrowawayUser {
  const name = `ocm${randomBytes(5).toString('hex')}`
  execFileSync('useradd', ['--no-create-home', '--home-dir', options.home ?? '/tmp', '--shell', '/bin/sh', name])
  // Without any password the account is locked, and a locked one takes no keys either.
  execFileSync('chpasswd', { input: `${name}:${options.password ?? randomBytes(16).toString('hex')}\n` })
  // By force: a session of theirs may just be ending.
  return { name, [Symbol.dispose]: () => void execFileSync('userdel', ['--force', name], { stdio: 'ignore' }) }
}
