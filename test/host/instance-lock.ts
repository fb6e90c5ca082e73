import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync, type FSWatcher } from 'node:fs'
import { join } from 'node:path'

/** What a second start hands to the first. */
export interface SecondStart {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly additionalData: unknown
}

/**
 * One process per data folder. `app.requestSingleInstanceLock` answers at once, so this uses files alone: a lock with the
 * owner's pid and start time, and a mailbox folder the owner watches. A lock left by a killed process is taken over.
 */
export class InstanceLock {
  private watcher: FSWatcher | null = null
  private constructor(private readonly folder: string) {}

  /** Takes the lock, or leaves a message for its owner and answers null. */
  static take(dataDir: string, message: SecondStart): InstanceLock | null {
    const folder = join(dataDir, 'host-instance')
    mkdirSync(join(folder, 'mail'), { recursive: true })
    const lock = new InstanceLock(folder)
    if (lock.claim()) return lock
    const draft = join(folder, `${process.pid}.draft`)
    writeFileSync(draft, JSON.stringify(message))
    writeFileSync(join(folder, 'mail', `${process.pid}.json`), readFileSync(draft))
    rmSync(draft)
    return null
  }

  private claim(): boolean {
    const file = join(this.folder, 'owner')
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        writeFileSync(file, `${process.pid} ${startOf(process.pid)}`, { flag: 'wx' })
        return true
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
        const [pid = '', start = ''] = readFileSync(file, 'utf8').split(' ')
        if (isAlive(Number(pid)) && startOf(Number(pid)) === start) return false
        rmSync(file, { force: true })
      }
    }
    return false
  }

  /** Hears of second starts, those before this call included. */
  listen(onSecond: (message: SecondStart) => void): void {
    if (this.watcher !== null) return
    const mail = join(this.folder, 'mail')
    const collect = (): void => {
      for (const name of readdirSync(mail)) {
        const text = readFileSync(join(mail, name), 'utf8')
        // Still being written: the next change event comes.
        if (text === '' || !text.endsWith('}')) continue
        rmSync(join(mail, name))
        onSecond(JSON.parse(text) as SecondStart)
      }
    }
    this.watcher = watch(mail, collect).unref()
    collect()
  }

  /** Gives the lock back. */
  release(): void {
    this.watcher?.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    // No such process, or another user's: not ours either way.
    return false
  }
}

/** A pid is used again one day; with its start time it names one process. Empty where the system does not tell. */
function startOf(pid: number): string {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return ''
  return readFileSync(file, 'utf8').split(') ')[1]?.split(' ')[19] ?? ''
}
