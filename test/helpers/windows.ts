import { delimiter, join } from 'node:path'
import { TempFolder } from './temp-folder'

/** Has the code under test take this machine for one of Windows, with these variables, until disposed. */
export function asWindows(variables: Readonly<Record<string, string>> = {}): Disposable {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')
  const before = Object.keys(variables).map(name => [name, process.env[name]] as const)
  Object.defineProperty(process, 'platform', { ...platform, value: 'win32' })
  Object.assign(process.env, variables)
  return {
    [Symbol.dispose]: () => {
      if (platform !== undefined) Object.defineProperty(process, 'platform', platform)
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = value
      }
    },
  }
}

/** An account of Windows in plain folders, where PowerShell gives fixed answers. */
export class WindowsHome implements Disposable {
  readonly #folder = new TempFolder()
  readonly #undo: Disposable
  readonly home = join(this.#folder.path, 'Users/ada')
  readonly #bin = join(this.#folder.path, 'bin')

  constructor() {
    this.#folder.write('Users/ada/AppData/Roaming/keep', '')
    this.#folder.write('Users/ada/AppData/Local/Temp/keep', '')
    this.#undo = asWindows({
      HOME: this.home,
      USERPROFILE: this.home,
      USERNAME: 'ada',
      APPDATA: join(this.home, 'AppData/Roaming'),
      LOCALAPPDATA: join(this.home, 'AppData/Local'),
      TEMP: join(this.home, 'AppData/Local/Temp'),
      PATH: [this.#bin, process.env['PATH'] ?? ''].join(delimiter),
    })
    this.powershell('exit 1')
  }

  /** Writes a file below the home. @returns its path. */
  write(path: string, content: string | Buffer): string {
    return this.#folder.write(join('Users/ada', path), content)
  }

  /** What PowerShell does from now on: lines of sh, which find the script in `$script`. */
  powershell(lines: string): void {
    const read = 'script=$(for word; do :; done; printf %s "$word" | base64 -d | tr -d "\\\\0")'
    this.#folder.write('bin/powershell', `#!/bin/sh\n${read}\n${lines}\n`, 0o755)
  }

  /** PowerShell answers every look like this. */
  answers(answer: unknown): void {
    const path = this.#folder.write('answer.json', JSON.stringify(answer))
    this.powershell(`cat '${path}'`)
  }

  [Symbol.dispose](): void {
    this.#undo[Symbol.dispose]()
    this.#folder[Symbol.dispose]()
  }
}
