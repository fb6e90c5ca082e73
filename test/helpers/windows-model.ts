import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { no, type ManagerAnswer } from '../demo/manager-answer'
import { SCHTASKS } from '../fixtures/windows-words'

/** The login of the machine, and somebody else's. */
export const SID = 'S-1-5-21-1-2-3-1001'
export const OTHER_SID = 'S-1-5-21-1-2-3-1002'

/** One process as Win32_Process shows it. */
export interface Row {
  readonly pid: number
  readonly parent: number
  readonly name: string
  /** Null: the login may not read it. */
  readonly line: string | null
  readonly owner: string | null
  readonly startedMs: number
}

/** One scheduled task. */
export interface Task {
  isEnabled: boolean
  /** What it starts: the launcher of OpenClaw, or any other program, which is not really started. */
  readonly action: string
  /** As its settings have it, `PT1M`; '' for none. */
  restart: string
  instance: Instance | null
}

/** The chain that a task started: `wscript`, which waits for `cmd`, which waits for Node. */
interface Instance {
  readonly child: ChildProcess
  readonly rows: Row[]
}

/** The processes, tasks and ports of a machine that stands for Windows: real processes, and the scheduler's rules. */
export class WindowsModel implements AsyncDisposable {
  readonly tasks = new Map<string, Task>([
    ['\\Microsoft\\Windows\\Defrag\\ScheduledDefrag', idle('%windir%\\system32\\defrag.exe -c -h -k -g -$')],
  ])
  /** Processes that are only told of. */
  readonly told: Row[] = []
  /** `/End` says success and ends nothing. */
  endsNothing = false
  /** Verbs of schtasks, such as `/Delete`, that need an administrator. */
  readonly denied = new Set<string>()
  /** Nobody is logged on: what is started stays ready. */
  isLoggedOn = true
  /** The list of processes does not show the one that asks. */
  hidesSelf = false
  /** What is ended by force comes up again, as somebody else would have it. */
  isStubborn = false
  readonly #all: Instance[] = []

  constructor(
    private readonly options: {
      /** Starts the gateway as its launcher does: program, words and variables for a real Node. */
      readonly gateway: { readonly words: readonly string[]; readonly env: Readonly<Record<string, string>> }
      readonly line: string
      readonly stateDir: string
      readonly port: number
    },
  ) {}

  /** Live processes. */
  get rows(): readonly Row[] {
    return [...this.#all.flatMap(({ rows }) => rows).filter(({ pid }) => isAlive(pid)), ...this.told]
  }

  /** Live ones of the gateway, launchers included. */
  get pids(): readonly number[] {
    return this.#all.flatMap(({ rows }) => rows.map(({ pid }) => pid)).filter(isAlive)
  }

  /** Ports that are listened on, each with its process. */
  async ports(): Promise<readonly { readonly port: number; readonly pid: number }[]> {
    const { port } = this.options
    const node = this.rows.find(({ name, line }) => name === 'node.exe' && line?.includes('openclaw') === true)
    return [{ port: 22, pid: 900 }, ...((await isOpen(port)) ? [{ port, pid: node?.pid ?? 0 }] : [])]
  }

  /** 0 unknown, 1 disabled, 2 queued, 3 ready, 4 running. */
  stateOf({ isEnabled, instance }: Task): number {
    if (instance !== null) return 4
    return isEnabled ? 3 : 1
  }

  schtasks(words: readonly string[]): ManagerAnswer {
    const [verb = ''] = words
    const name = words[words.indexOf('/TN') + 1] ?? ''
    const task = this.tasks.get(name)
    if (task === undefined) return SCHTASKS.notThere
    if (this.denied.has(verb)) return SCHTASKS.denied
    switch (verb) {
      case '/End':
        this.#end(task)
        return SCHTASKS.ended(name)
      case '/Run':
        this.start(name)
        return SCHTASKS.started(name)
      case '/Change':
        task.isEnabled = words.includes('/ENABLE')
        return SCHTASKS.changed(name)
      case '/Delete':
        this.tasks.delete(name)
        return SCHTASKS.deleted(name)
      default:
        return no(1, `ERROR: Invalid argument/option - '${verb}'.`)
    }
  }

  /** Starts a task as a logon does; one that runs is not started twice. */
  start(name: string): void {
    const task = this.tasks.get(name)
    if (task === undefined || !task.isEnabled || task.instance !== null || !this.isLoggedOn) return
    if (!task.action.endsWith('gateway.vbs')) return
    task.instance = this.launch(() => {
      // What failed is started again after a while, unless it was switched off meanwhile.
      const isMine = task.instance !== null
      task.instance = null
      if (isMine && task.restart !== '') setTimeout(() => this.start(name), 300).unref()
    })
  }

  /** Starts the gateway by its launchers, without any task. */
  launch(onEnd: () => void = () => undefined): Instance {
    const { gateway, line, stateDir } = this.options
    const inner = '"$@" & echo "node.exe $!" >&3; wait $!'
    const outer = `sh -c '${inner}' cmd "$@" & echo "cmd.exe $!" >&3; wait $!`
    const child = spawn('/bin/sh', ['-c', outer, 'wscript', process.execPath, ...gateway.words], {
      env: { ...gateway.env },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const native = stateDir.replaceAll('/', '\\')
    const lines: Readonly<Record<string, string>> = {
      'wscript.exe': `"C:\\WINDOWS\\System32\\WScript.exe" "${native}\\gateway.vbs"`,
      'cmd.exe': `C:\\WINDOWS\\system32\\cmd.exe /c ""${native}\\gateway.cmd""`,
      'node.exe': line,
    }
    const row = (name: string, pid: number, parent: number): Row => ({
      ...{ pid, parent, name, line: lines[name] ?? null, owner: SID, startedMs: Date.now() },
    })
    const instance: Instance = { child, rows: [row('wscript.exe', child.pid ?? 0, 1400)] }
    createInterface({ input: child.stdio[3] as Readable }).on('line', text => {
      const [name = '', pid = ''] = text.split(' ')
      instance.rows.push(row(name, Number(pid), instance.rows.at(-1)?.pid ?? 0))
    })
    child.on('exit', onEnd)
    this.#all.push(instance)
    return instance
  }

  /** @returns what the remote program is told. */
  end(pid: number, startedMs: number): 'ended' | 'gone' | 'other' {
    const found = this.rows.find(row => row.pid === pid)
    if (found === undefined) return 'gone'
    if (Math.abs(found.startedMs - startedMs) > 1) return 'other'
    if (this.isStubborn) return 'ended'
    kill(pid)
    return 'ended'
  }

  /** The scheduler ends what it started itself, not what that started. */
  #end(task: Task): void {
    const { instance } = task
    if (instance === null || this.endsNothing) return
    task.instance = null
    kill(instance.child.pid ?? 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const task of this.tasks.values()) Object.assign(task, { isEnabled: false, instance: null })
    for (const pid of this.pids.toReversed()) kill(pid)
    const running = this.#all
      .map(({ child }) => child)
      .filter(child => child.exitCode === null && child.signalCode === null)
    await Promise.all(running.map(child => once(child, 'exit')))
  }
}

/** A task that does not run. */
export function idle(action: string, change: Partial<Task> = {}): Task {
  return { isEnabled: true, action, restart: '', instance: null, ...change }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

/** What ended and was not cleared away by its parent is no process any more. */
function isAlive(pid: number): boolean {
  try {
    return existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('close', () => socket.destroy())
    socket.on('connect', () => socket.destroy())
  })
}
