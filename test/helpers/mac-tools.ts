import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { standIns } from '../demo/find'

/** Tools of BSD that are there under the same names; everything else is not on this machine's way. */
const PLAIN = [
  ...[
    'sh',
    'bash',
    'perl',
    'lsof',
    'env',
    'cat',
    'chmod',
    'cp',
    'cut',
    'dirname',
    'basename',
    'echo',
    'printf',
    'test',
  ],
  ...['id', 'kill', 'ln', 'mkdir', 'mv', 'pwd', 'rmdir', 'sleep', 'touch', 'true', 'false', 'wc', 'base64'],
]
/** Of these GNU's have options that BSD's have not. */
const STRICT = ['find', 'grep', 'head', 'ls', 'readlink', 'rm', 'sed', 'sort', 'tail', 'tr', 'date']

/** Puts the tools of a machine that stands for a Mac into its folder. */
export function writeTools(bin: string): void {
  mkdirSync(bin, { recursive: true })
  const from = join(standIns(), 'mac')
  const script = (name: string, line: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const checks = readFileSync(join(from, 'bsd.sh'), 'utf8')
  for (const name of STRICT) script(name, `name=${name} real='${realOf(name)}'\n${checks}`)
  for (const name of PLAIN) symlinkSync(realOf(name === 'sh' ? 'dash' : name), join(bin, name))
  symlinkSync(process.execPath, join(bin, 'node'))
  script('uname', `exec /bin/sh '${join(from, 'uname.sh')}' "$@"`)
  script('ps', `PATH=/usr/bin:/bin exec /bin/sh '${join(from, 'ps.sh')}' "$@"`)
  script('netstat', `exec '${realOf('perl')}' '${join(from, 'netstat.pl')}' "$@"`)
  script('crontab', 'echo "crontab: no crontab for ada" >&2; exit 1')
  script('launchctl', `exec '${realOf('bash')}' '${join(standIns(), 'shim.sh')}' launchctl "$@"`)
}

/** Puts a script in the place of a tool, until disposed. */
export function replaced(path: string, line: string): Disposable {
  renameSync(path, `${path}.kept`)
  writeFileSync(path, `#!/bin/sh\n${line}\n`)
  chmodSync(path, 0o755)
  return { [Symbol.dispose]: () => renameSync(`${path}.kept`, path) }
}

/** Where a real tool of this machine is. @throws Error when it is not there. */
export function realOf(name: string): string {
  const found = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
    .map(folder => join(folder, name))
    .find(path => existsSync(path))
  if (found === undefined) throw new Error(`The machine that stands for a Mac needs ${name}.`)
  return found
}
