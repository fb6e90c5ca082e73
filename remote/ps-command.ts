/** `ps` of all processes, where there is no /proc. One option for each column: what follows a `=` may be its heading to the end, commas and all. */
export function psCommand(columns: readonly string[]): readonly [string, ...string[]] {
  return ['ps', '-axww', ...columns.flatMap(name => ['-o', `${name}=`])]
}
