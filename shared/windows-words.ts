/** A command line as Windows programs split it: quotes hold spaces, a backslash only counts before a quote. */
export function windowsWords(line: string): string[] {
  const words: string[] = []
  let word = ''
  let isQuoted = false
  let isWord = false
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? ''
    const slashes = letter === '\\' ? (/^\\+/.exec(line.slice(at))?.[0].length ?? 0) : 0
    if (slashes > 0 && line[at + slashes] === '"') {
      word += '\\'.repeat(Math.floor(slashes / 2))
      if (slashes % 2 === 1) word += '"'
      at += slashes % 2 === 1 ? slashes : slashes - 1
      isWord = true
    } else if (letter === '"') {
      isQuoted = !isQuoted
      isWord = true
    } else if (!isQuoted && /\s/.test(letter)) {
      if (isWord) words.push(word)
      word = ''
      isWord = false
    } else {
      word += letter
      isWord = true
    }
  }
  if (isWord) words.push(word)
  return words
}

/** A path as people on Windows write it; within OCM those have slashes. Paths of other systems stay as they are. */
export function nativePath(path: string): string {
  return /^[A-Za-z]:\//.test(path) ? path.replaceAll('/', '\\') : path
}
