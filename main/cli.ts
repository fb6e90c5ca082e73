import { fileURLToPath } from 'node:url'
import { runCli } from './cli/program'

process.exitCode = await runCli(process.argv.slice(2), fileURLToPath(new URL('./remote.cjs', import.meta.url)))
