import { randomUUID } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { nodeClock } from '../../remote/watch/clock'
import { handleOrphans } from '../../remote/watch/orphans'
import { handleSweep } from '../../remote/watch/sweep'
import type { OrphanGroup } from '../../shared/cleaning'
import type { Params, Result } from '../../shared/protocol'
import type { NodeClock, OrphanFamily } from '../../shared/sample'
import { RemoteSession } from './remote-context'
import { TracedHome } from './traced-home'

const HOUR = 3_600_000

/** A home whose OpenClaw left things behind. */
export class LitteredHome implements Disposable {
  readonly machine = new TracedHome()
  readonly stateDir = join(this.machine.home, '.openclaw')
  readonly sessions = join(this.stateDir, 'agents/main/sessions')

  constructor(store: string | null = '{"agent:main:x":{"sessionId":"1"}}') {
    this.machine.write('.openclaw/openclaw.json', '{}')
    this.machine.write('.openclaw/agents/main/sessions/live.jsonl', '{}\n')
    if (store !== null) this.machine.write('.openclaw/agents/main/sessions/sessions.json', store)
  }

  /** A file by its path in the state directory, last written so long ago. Answers its path. */
  file(path: string, { ageMs = 48 * HOUR, bytes = 1000 }: { ageMs?: number; bytes?: number } = {}): string {
    const full = this.machine.write(`.openclaw/${path}`, '')
    const fd = openSync(full, 'r+')
    ftruncateSync(fd, bytes)
    closeSync(fd)
    const at = (Date.now() - ageMs) / 1000
    utimesSync(full, at, at)
    return full
  }

  /** An orphan of the session store; `pid` as older releases put it into the name. */
  orphan(options: { ageMs?: number; bytes?: number; pid?: number; agent?: string } = {}): string {
    const pid = options.pid === undefined ? '' : `${options.pid}.`
    const agent = options.agent ?? 'main'
    return this.file(`agents/${agent}/sessions/sessions.json.${pid}${randomUUID()}.tmp`, options)
  }

  /** What a sweep would take. */
  async orphans(
    families: readonly OrphanFamily[] = ['session-store'],
    change: Partial<Params<'orphans'>> = {},
  ): Promise<{ groups: OrphanGroup[]; clock: NodeClock; notRead: string[] }> {
    using session = new RemoteSession()
    const params = { extraStateDirs: [], minAgeMs: HOUR, families: [...families], ...change }
    const { items, result } = await session.ask(handleOrphans, params)
    return { groups: items.flatMap(({ groups }) => groups), clock: result.clock, notRead: result.notRead }
  }

  /** Sweeps what is named, by default all that is there now. */
  async sweep(
    change: Partial<Params<'sweep'>> = {},
    options: { readonly signal?: AbortSignal; readonly onItem?: () => void } = {},
  ): Promise<Result<'sweep'>> {
    using session = new RemoteSession()
    const groups = change.groups ?? (await this.orphans()).groups
    const params = { operationId: randomUUID(), extraStateDirs: [], minAgeMs: HOUR, asOf: nodeClock(), undo: false }
    return (await session.ask(handleSweep, { ...params, ...change, groups }, options)).result
  }

  /** Names in the folder of sessions. */
  names(folder = this.sessions): string[] {
    return readdirSync(folder).sort()
  }

  [Symbol.dispose](): void {
    this.machine[Symbol.dispose]()
  }
}
