import { readdirSync, readlinkSync } from 'node:fs'
import { runCommand } from '../run-command'
import { argvOf, listPids } from '../proc'
import { isOpenClaw, isPackageScript } from '../recognize'
import { processesByPs } from '../processes'
import type { ByteText } from './tree'

const LSOF_LIMIT_MS = 30_000
/** Only names that could be an orphan's are of interest. */
const MAYBE = /\.(?:tmp|lock)$|\.jsonl\.|\/\.openclaw-cron\./i

/** Who still works with files: looked at once for many of them. */
export interface Writers {
  /** Names, without folders, of files that some process has open: a container sees the same file under another path. */
  readonly openNames: ReadonlySet<ByteText>
  /** Whether a process of this number is one of OpenClaw. */
  isWriter(pid: number): boolean
}

/** Looks through the open files of every process that can be seen. @throws AppError or Error where that cannot be told. */
export async function lookForWriters(breathe: () => Promise<void> | undefined): Promise<Writers> {
  if (process.platform === 'linux') return linuxWriters(breathe)
  const [{ stdout }, processes] = await Promise.all([
    runCommand(['lsof', '-w', '-nP', '-Fn'], { limitMs: LSOF_LIMIT_MS, encoding: 'latin1' }),
    processesByPs(),
  ])
  const paths = stdout.split('\n').flatMap(line => (line.startsWith('n') ? [line.slice(1)] : []))
  const pids = new Set(processes.filter(({ argv }) => isOurs(argv)).map(({ pid }) => pid))
  return { openNames: new Set(paths.filter(path => MAYBE.test(path)).map(nameIn)), isWriter: pid => pids.has(pid) }
}

async function linuxWriters(breathe: () => Promise<void> | undefined): Promise<Writers> {
  const openNames = new Set<ByteText>()
  for (const pid of listPids()) {
    for (const path of openFilesOf(pid)) if (MAYBE.test(path)) openNames.add(nameIn(path))
    await breathe()
  }
  const known = new Map<number, boolean>()
  const isWriter = (pid: number): boolean => {
    let found = known.get(pid)
    if (found === undefined) {
      found = isOurs(argvOf(pid) ?? [])
      known.set(pid, found)
    }
    return found
  }
  return { openNames, isWriter }
}

function isOurs(argv: readonly string[]): boolean {
  return isOpenClaw(argv) || isPackageScript(argv)
}

function nameIn(path: ByteText): ByteText {
  return path.slice(path.lastIndexOf('/') + 1)
}

function openFilesOf(pid: number): ByteText[] {
  const folder = `/proc/${pid}/fd`
  let numbers: string[]
  try {
    numbers = readdirSync(folder)
  } catch {
    return [] // Another user's process, or gone.
  }
  return numbers.flatMap(number => {
    try {
      const path = readlinkSync(`${folder}/${number}`, { encoding: 'latin1' })
      return path.startsWith('/') ? [path] : []
    } catch {
      return [] // Closed between two looks.
    }
  })
}
