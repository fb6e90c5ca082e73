/**
 * Loaded before the command line (`node --import`): at each change of a step that the journal notes the process writes which to
 * the file `OCM_TEST_STOPPED` and stops until it is sent SIGCONT.
 */
import { writeFileSync } from 'node:fs'
import { onEachChange } from './each-change.ts'

const path = process.env['OCM_TEST_STOPPED'] ?? ''

onEachChange((stepId, state) => {
  writeFileSync(path, JSON.stringify({ stepId, state }))
  process.kill(process.pid, 'SIGSTOP')
})
