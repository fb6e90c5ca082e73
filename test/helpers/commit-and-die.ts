/**
 * A program that commits (or rolls back) and is killed at its n-th change to the disk, for tests of recovery:
 * `node commit-and-die.cjs <commit|rollBack> <params as JSON> <n> <signal>`. It ends with 0 when fewer changes were needed.
 */
import fs from 'node:fs'
import { handleCommit } from '../../remote/commit'
import { handleRollBack } from '../../remote/roll-back'
import { RemoteSession } from './remote-context'

const [, , verb, params, last, signal = 'SIGKILL'] = process.argv
let left = Number(last)

type Change = 'renameSync' | 'mkdirSync' | 'chmodSync' | 'rmdirSync' | 'writeSync' | 'fsyncSync'

function dieOnLast(name: Change): void {
  const original = fs[name] as (...args: readonly unknown[]) => unknown
  const counting = (...args: readonly unknown[]): unknown => {
    left -= 1
    // Half of a write may reach the disk.
    if (left === 0 && name === 'writeSync') original(args[0], (args[1] as Buffer).subarray(0, 20))
    if (left === 0) process.kill(process.pid, signal)
    return original(...args)
  }
  Object.assign(fs, { [name]: counting })
}
for (const name of ['renameSync', 'mkdirSync', 'chmodSync', 'rmdirSync', 'writeSync', 'fsyncSync'] as const)
  dieOnLast(name)

const session = new RemoteSession()
const parsed = JSON.parse(params ?? '{}') as never
if (verb === 'commit') void session.ask(handleCommit, parsed)
else void session.ask(handleRollBack, parsed)
