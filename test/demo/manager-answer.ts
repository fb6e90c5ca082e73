/** What a shim asks. */
export interface ManagerRequest {
  readonly name: string
  readonly words: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
}

/** What a shim prints and ends with. */
export interface ManagerAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Done, with this output. */
export const ok = (stdout = ''): ManagerAnswer => ({ code: 0, stdout, stderr: '' })
/** Not done: the exit status and why. */
export const no = (code: number, stderr: string): ManagerAnswer => ({ code, stdout: '', stderr: `${stderr}\n` })

/** Acts on each unit; the last failure counts. */
export async function each(
  units: readonly string[],
  act: (unit: string) => Promise<ManagerAnswer>,
): Promise<ManagerAnswer> {
  let worst = ok()
  for (const unit of units) {
    const answer = await act(unit)
    if (answer.code !== 0) worst = answer
  }
  return worst
}
