import type { Known } from '../../shared/survey'
import { wordAsPath } from '../path'
import { at, recordOf, textOf } from '../values-of'
import { askPowerShell, errorIn, listIn } from './powershell'
import { windowsRows, type WindowsRow } from './rows'
import { lookScript, MAIN_PARTS, type LookPart } from './script'

const LOOK_LIMIT_MS = 30_000
/** Within one request all look at the same moment. */
const FRESH_MS = 5_000

/** One scheduled task. */
export interface TaskRow {
  /** With its folder, such as `\OpenClaw Gateway`. */
  readonly path: string
  readonly state: number
  readonly isEnabled: boolean
  /** The account that it runs as, as a name or a security identifier; '' for a group. */
  readonly user: string
  readonly actions: readonly { readonly path: string; readonly arguments: string }[]
}

/** What one look at Windows told. A part that cannot be believed is unknown, never empty. */
export interface WindowsLook {
  /** The security identifier of this login. */
  readonly sid: string | null
  readonly processes: Known<readonly WindowsRow[]>
  readonly tasks: Known<{ readonly rows: readonly TaskRow[]; readonly closed: readonly string[] }>
  readonly ports: Known<readonly { readonly port: number; readonly pid: number }[]>
  readonly account: Known<{ readonly documents: string | null; readonly path: string }>
  /** Services of Windows and entries of its registry that start something of OpenClaw: where, and what. */
  readonly starts: Known<readonly { readonly where: string; readonly line: string }[]>
}

interface Latest {
  readonly parts: readonly LookPart[]
  readonly look: Promise<WindowsLook>
  /** Undefined while it is under way. */
  doneMs?: number
}

let latest: Latest | null = null

/** What the next one asks for is looked at anew. */
export function forgetLook(): void {
  latest = null
}

/** A request begins that needs all parts: one question tells them. Elsewhere than on Windows nothing is done. */
export function beginLook(): void {
  if (process.platform !== 'win32') return
  forgetLook()
  void lookAtWindows(MAIN_PARTS)
}

/** Looks at these parts, or takes what this request has seen already. Never rejects. */
export function lookAtWindows(parts: readonly LookPart[]): Promise<WindowsLook> {
  const known = latest
  const isFresh = known?.doneMs === undefined || performance.now() - known.doneMs < FRESH_MS
  if (known !== null && isFresh && parts.every(part => known.parts.includes(part))) return known.look
  const look = askPowerShell(lookScript(parts), LOOK_LIMIT_MS).then(judged, (error: unknown) =>
    nothingSeen((error as Error).message),
  )
  const mine: Latest = { parts, look }
  void look.then(() => (mine.doneMs = performance.now()))
  latest = mine
  return look
}

function nothingSeen(why: string): WindowsLook {
  const unseen = { state: 'unknown', why } as const
  return { sid: null, processes: unseen, tasks: unseen, ports: unseen, account: unseen, starts: unseen }
}

/** What an answer is worth. Each list must hold something that is certainly there. */
export function judged(answer: Readonly<Record<string, unknown>>): WindowsLook {
  return {
    sid: textOf(answer['sid']) ?? null,
    processes: judgedPart(answer['processes'], part => processesIn(part, Number(answer['self']))),
    tasks: judgedPart(answer['tasks'], tasksIn),
    ports: judgedPart(answer['ports'], portsIn),
    account: judgedPart(answer['account'], part => ({
      documents: wordAsPath(textOf(at(part, 'documents')) ?? '', 'win32') || null,
      path: textOf(at(part, 'path')) ?? '',
    })),
    starts: judgedPart(answer['starts'], startsIn),
  }
}

/** @param read Words: why the answer cannot be believed. */
function judgedPart<T extends object>(part: unknown, read: (part: unknown) => T | string): Known<T> {
  const error = errorIn(part)
  if (error !== null) return { state: 'unknown', why: error }
  const value = read(part)
  return typeof value === 'string' ? { state: 'unknown', why: value } : { state: 'known', value }
}

function processesIn(part: unknown, self: number): readonly WindowsRow[] | string {
  const rows = windowsRows(listIn(at(part, 'rows')) ?? [])
  const isWhole = rows.some(({ pid, isHidden }) => pid === self && !isHidden)
  return isWhole ? rows : 'The list of processes lacks the process that asked for it.'
}

function startsIn(part: unknown): { where: string; line: string }[] | string {
  const rows = listIn(at(part, 'rows'))
  if (rows === null || !(Number(at(part, 'seen')) > 0)) return 'No service of Windows was shown at all.'
  return rows.flatMap(row => {
    const [where, line] = [textOf(at(row, 'where')), textOf(at(row, 'line'))]
    return where === undefined || line === undefined ? [] : [{ where, line }]
  })
}

function tasksIn(part: unknown): { rows: TaskRow[]; closed: string[] } | string {
  const [rows, closed] = ['rows', 'closed'].map(key => listIn(at(part, key)))
  // Windows comes with more than a hundred; none at all means that they are kept from this login.
  if (!(Number(at(part, 'seen')) > 0) || rows === null || rows === undefined)
    return 'No scheduled task was shown at all.'
  return { rows: rows.flatMap(taskOf), closed: (closed ?? []).flatMap(path => textOf(path) ?? []) }
}

function taskOf(entry: unknown): TaskRow[] {
  const path = textOf(at(entry, 'path'))
  if (path === undefined) return []
  const actions = (listIn(at(entry, 'actions')) ?? []).map(action => ({
    path: textOf(at(action, 'path')) ?? '',
    arguments: textOf(at(action, 'arguments')) ?? '',
  }))
  return [
    {
      path,
      state: Number(at(entry, 'state') ?? 0),
      isEnabled: at(entry, 'enabled') !== false,
      user: textOf(at(entry, 'user')) ?? '',
      actions,
    },
  ]
}

/** A machine that is reached over SSH listens at least there. */
function portsIn(part: unknown): { port: number; pid: number }[] | string {
  const found =
    at(part, 'by') === 'netstat'
      ? (listIn(at(part, 'lines')) ?? []).flatMap(line => (typeof line === 'string' ? listenerIn(line) : []))
      : (listIn(at(part, 'rows')) ?? []).flatMap(row => {
          const [port, pid] = [Number(recordOf(row)?.['port']), Number(recordOf(row)?.['pid'])]
          return Number.isInteger(port) && Number.isInteger(pid) ? [{ port, pid }] : []
        })
  return found.length > 0 ? found : 'No listening port was shown at all.'
}

/** `TCP  0.0.0.0:22  0.0.0.0:0  LISTENING  900`: the state is in the system’s language, but only listeners have no other end. */
function listenerIn(line: string): { port: number; pid: number }[] {
  const [, port, pid] = /^\s*TCP\s+\S+:(\d+)\s+(?:0\.0\.0\.0|\[::\]):0\s.*?(\d+)\s*$/i.exec(line) ?? []
  return port === undefined ? [] : [{ port: Number(port), pid: Number(pid) }]
}
