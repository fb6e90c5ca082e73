import type { Preamble } from '../shared/stream'
import { serve, type Handlers } from './dispatch'
import { fileHandlers } from './files'
import { handleGround } from './ground'
import { handleHealth } from './health'
import { handleHello } from './hello'
import { handleKill } from './kill'
import { watchLifetime } from './lifetime'
import { handlePairings } from './pairings'
import { handleProcesses } from './processes'
import { handleReleaseBot } from './release-bot'
import { handleSurvey } from './survey'
import { handleTraces } from './traces'
import { handleUnhook } from './unhook'
import { handleValues } from './values'
import { watchHandlers } from './watch'

/** Put in front of this program's source by main. */
declare const ocmPreamble: Preamble

const handlers: Handlers = {
  ...fileHandlers,
  ...watchHandlers,
  hello: handleHello,
  survey: handleSurvey,
  values: handleValues,
  processes: handleProcesses,
  kill: handleKill,
  health: handleHealth,
  ground: handleGround,
  traces: handleTraces,
  unhook: handleUnhook,
  releaseBot: handleReleaseBot,
  pairings: handlePairings,
}

/** Runs on a node from memory, answers main over stdin and stdout, and leaves nothing behind. */
async function run({ marker, idleMs, lifetimeMs }: Preamble): Promise<void> {
  process.on('unhandledRejection', error => {
    process.stderr.write(`ocm: ${String(error)}\n`) // One stray promise must not end a commit half-way.
  })
  process.umask(0o077)
  const lifetime = watchLifetime(lifetimeMs)
  process.stdout.write(marker)
  await serve(handlers, { input: process.stdin, output: process.stdout, lifetime, idleMs })
  process.exit(0)
}

void run(ocmPreamble)
