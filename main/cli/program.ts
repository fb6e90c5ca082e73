import { Command, CommanderError, type OptionValues } from 'commander'
import { toPublic } from '../../shared/errors'
import { addBackupCommands } from './backups'
import { addCleanCommands } from './clean'
import { openServices, type CommandContext, type GlobalOptions } from './context'
import { addDeleteCommands } from './delete'
import { addNodeCommands } from './nodes'
import { createOutput } from './output'
import { askSecret, readSecretLines } from './prompt'
import { addRunCommands } from './runs'
import { addWatchCommands } from './watch'

/** What a command does with its words and options. */
type Work = (context: CommandContext, names: readonly string[], options: OptionValues) => Promise<void>

/** Wraps a command's work: opens the services, prints failures, sets the exit code. */
export type Act = (work: Work) => (...given: unknown[]) => Promise<void>

/** Exit codes: 0 proven success, 1 anything else, 2 words that do not fit. */
const USAGE = 2

/**
 * Runs the command line.
 * @param words Arguments without node and script.
 * @param programFile The built remote program.
 * @returns the exit code.
 */
export async function runCli(words: readonly string[], programFile: string): Promise<number> {
  let code = 0
  const program = new Command('ocm')
    .description('Carry, back up, restore and delete OpenClaw machines, with proof.')
    .option('--data-dir <folder>', 'where OCM keeps its data')
    .option('--json', 'one JSON value on standard output')
    .option('--secret-stdin', 'read secrets from standard input, one a line')
    .option('--wait <seconds>', 'wait for another OCM to leave the data folder')
    .option('--verbose', 'show the log')
    .exitOverride()
  const act: Act =
    work =>
    async (...given) => {
      const command = given.at(-1) as Command
      const options: GlobalOptions = command.optsWithGlobals()
      const output = createOutput(options.json === true)
      const names = given
        .slice(0, -2)
        .flat()
        .filter(word => typeof word === 'string')
      try {
        const secrets = options.secretStdin === true ? await readSecretLines() : []
        await using services = await openServices(options, programFile)
        await work({ services, output, options, secrets, ask: askSecret }, names, command.opts())
      } catch (error) {
        output.error(toPublic(error))
        if (options.verbose === true) console.error(error)
        code = 1
      }
    }
  addNodeCommands(program, act)
  addRunCommands(program, act)
  addDeleteCommands(program, act)
  addBackupCommands(program, act)
  addWatchCommands(program, act)
  addCleanCommands(program, act)
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : USAGE
  }
  return code
}
