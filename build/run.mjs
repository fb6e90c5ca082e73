/**
 * Runs a script on the Node that set-up brought, whatever Node npm itself runs on: `node build/run.mjs <script> [words]`.
 * Ends as the script ends.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { node24Environment, node24Path } from './setup.mjs'

if (!existsSync(node24Path)) {
  console.error('OCM is not set up yet: run `npm run demo`, `npm start` or `npm test` first.')
  process.exit(1)
}
const child = spawn(node24Path, process.argv.slice(2), { stdio: 'inherit', env: node24Environment() })
// Ctrl+C reaches the script by itself, which decides what it means; a second one from here would count twice.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('error', error => {
  console.error(`The script did not start: ${error.message}`)
  process.exit(1)
})
child.on('exit', code => process.exit(code ?? 1))
