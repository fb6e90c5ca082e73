/** The program of a line of `ps`, where it is a Node.js below a folder with spaces in its name, as fnm's is on macOS. */
const SPACED_RUNTIME = /^(\/(?:(?! \/).)*\/(?:node|nodejs|bun|node-\d+))(?= |$)/

/** Words of a process as `ps` prints them: spaces within words are lost, but the program is kept whole. */
export function psWords(line: string): string[] {
  const program = SPACED_RUNTIME.exec(line)?.[1]
  if (program === undefined) return line.split(' ')
  const rest = line.slice(program.length).trimStart()
  return rest === '' ? [program] : [program, ...rest.split(' ')]
}
