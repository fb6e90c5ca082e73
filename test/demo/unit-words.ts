/** The words of a `systemctl` command line, near enough. */
export function parseSystemctl(all: readonly string[]): {
  verb: string
  units: string[]
  properties: string[]
  isUser: boolean
  isNow: boolean
} {
  const properties: string[] = []
  const plain: string[] = []
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? ''
    if (word === '-p' || word === '--property') properties.push(...(all[++at] ?? '').split(','))
    else if (word.startsWith('--property=')) properties.push(...word.slice(11).split(','))
    else if (word.startsWith('-p')) properties.push(...word.slice(2).split(','))
    else if (word === '-n' || word === '-o' || word === '-s' || word === '-t') at++
    else if (!word.startsWith('-')) plain.push(word)
  }
  const [verb = '', ...names] = plain
  const units = names.map(name =>
    /\.(service|target|timer|socket)$/.test(name) || name.includes('*') ? name : `${name}.service`,
  )
  return { verb, units, properties, isUser: all.includes('--user'), isNow: all.includes('--now') }
}

/** Values of a key of a unit file, in order. */
export function valuesOf(text: string, key: string): string[] {
  return text.split('\n').flatMap(line => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))
}

/** Words as systemd reads them, near enough: double quotes hold spaces together. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '',
  )
}
