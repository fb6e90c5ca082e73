import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The stand-ins' sources: next to this file, or, when this file is bundled, in the checkout it was bundled from. */
export function standIns(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    for (const place of [join(folder, 'stand-ins'), join(folder, 'test/demo/stand-ins')])
      if (existsSync(place)) return place
    if (dirname(folder) === folder) throw new Error('The demo fleet needs test/demo/stand-ins of the checkout.')
  }
}

/** `sh`, or on Windows the one that Git brings. */
export function findShell(): string {
  if (process.platform !== 'win32') return '/bin/sh'
  const places = [process.env['ProgramFiles'], process.env['ProgramW6432'], process.env['LOCALAPPDATA']]
  const found = places
    .flatMap(place =>
      place === undefined ? [] : [join(place, 'Git/bin/bash.exe'), join(place, 'Programs/Git/bin/bash.exe')],
    )
    .find(path => existsSync(path))
  if (found === undefined)
    throw new Error('The demo fleet needs Git for Windows: its nodes need a POSIX shell (bash.exe).')
  return found
}
