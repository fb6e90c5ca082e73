/** Orders OpenClaw's calendar versions (`2026.9.6`, `2026.7.2-beta.1`): negative when `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const left = parse(a)
  const right = parse(b)
  for (let index = 0; index < 3; index++) {
    const difference = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0)
    if (difference !== 0) return difference
  }
  if (left.pre === right.pre) return 0
  if (left.pre === '') return 1
  if (right.pre === '') return -1
  return left.pre < right.pre ? -1 : 1
}

function parse(version: string): { readonly numbers: readonly number[]; readonly pre: string } {
  const [core = '', pre = ''] = version.split('-', 2)
  return { numbers: core.split('.').map(Number), pre }
}
