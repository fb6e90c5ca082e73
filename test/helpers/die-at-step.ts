/**
 * Loaded before the command line (`node --import`): kills the process, without any chance to say goodbye, right after the
 * journal noted the n-th change of a step. `OCM_TEST_DIE_AT` is n.
 */
import { onEachChange } from './each-change.ts'

let left = Number(process.env['OCM_TEST_DIE_AT'])

onEachChange(() => {
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
})
