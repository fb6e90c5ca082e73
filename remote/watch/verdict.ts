import { MASK, masked } from '../traces/mask'
import type { WatchedProcess } from '../../shared/sample'
import { commandOf, titleOf } from '../recognize'
import type { Ground, Member } from './family'
import type { ProcessLook } from './looks'

type Verdict = Pick<WatchedProcess, 'verdict' | 'why'>

/**
 * A worker of `node run` whose supervisor ended leaves by itself within seconds where OpenClaw does it right (2026.9.6: about
 * two). Younger ones may still be at it. ms
 */
export const WORKER_MIN_AGE_MS = 10_000
/** What was only just started may still find its place. ms */
export const SURPLUS_MIN_AGE_MS = 120_000
/** Of so many that nobody answers for and that are all the same, those between the oldest and the newest are surplus. */
const SURPLUS_COUNT = 3
/** Units that run logins and timers: being in their control group says nothing about who answers for a process. */
const SESSION_UNITS = /^(ssh|sshd|ssh@.*|sshd@.*|dropbear|cron|crond|atd|anacron|getty@.*|serial-getty@.*)$/

/** Supervisors by pid, each with the process beneath it. */
type Supervised = ReadonlyMap<number, number>

/** Says of each process who answers for it. Anything unclear is `unsure`, and a gateway or its children are never leaked. */
export function judge(members: readonly Member[], ground: Ground): Verdict[] {
  const supervised = new Map(members.flatMap(({ look, parent }) => (parent === null ? [] : [[parent.pid, look.pid]])))
  const surplus = surplusOf(members, ground, supervised)
  return members.map(member => {
    const { look, family, gateway, rootPid } = member
    if (family === 'gateway') return owned('It is the gateway.')
    if (gateway !== null) return owned(`It works for the gateway with pid ${gateway.pid}.`)
    if (family === 'unknown') return unsure('Neither its title nor its words tell what it is for.')
    const many = surplus.get(rootPid)
    if (many !== undefined && look.pid !== rootPid) return leaked(`It works for the process with pid ${rootPid}.`, many)
    const owner = ownerOf(member, ground)
    if (owner !== null) return owner
    const facts = factsOf(look)
    if (many !== undefined) return leaked(...facts, many)
    const worker = supervised.get(look.pid)
    if (worker !== undefined) return owned(`It is the supervisor of the process with pid ${worker}, and at work.`)
    return judgeAlone(member, facts, ground)
  })
}

/** A process without a starter that supervises nothing itself. */
function judgeAlone({ look, family }: Member, facts: readonly string[], { knowsMainPids }: Ground): Verdict {
  const isWorker = family === 'node-run' && (titleOf(look.argv) ?? '') !== ''
  if (!isWorker) return unsure(...facts, 'It may have been started to run by itself, and there are not many like it.')
  if (look.environment === null && !knowsMainPids) return unsure(...facts, 'What it was started with cannot be read.')
  if (isSet(look.environment, 'OPENCLAW_NO_RESPAWN')) {
    return unsure(...facts, 'It was started to run without a supervisor.')
  }
  if (look.ageMs < WORKER_MIN_AGE_MS) return unsure(...facts, 'It only just lost its supervisor, and may still end.')
  return leaked(...facts, 'The `node run` that supervised it is gone.')
}

/** Who answers for a process, or why OCM cannot say that nobody does; null when every test found nobody. */
function ownerOf({ look, parent }: Member, ground: Ground): Verdict | null {
  const { unit, isMain, environment, ancestors } = look
  if (look.uid !== ground.uid) return unsure('It belongs to another account.')
  if (isMain || ground.mainPids.has(look.pid)) return owned(`It is the main process of ${unit ?? 'a service'}.`)
  const [starter] = ancestors
  if (starter !== undefined && !starter.isReaper) {
    const name = parent?.pid === starter.pid ? 'its supervisor' : starter.name
    return owned(`Who started it is still there: ${name} (pid ${starter.pid}).`)
  }
  if (look.ppid === 0) return owned('It is the first process of its container.')
  if (unit !== null && !SESSION_UNITS.test(unit)) return unsure(`It runs in the control group of ${unit}.service.`)
  if (look.hasTerminal) return unsure('It has a terminal.')
  if (isSet(environment, 'OPENCLAW_SERVICE_KIND')) return unsure('It was started as a service, though none claims it.')
  return null
}

/** What was found out about a process that nobody answers for. */
function factsOf({ ageMs, ancestors, unit, ppid }: ProcessLook): string[] {
  const [reaper] = ancestors
  const parent =
    reaper === undefined
      ? `Its parent (pid ${ppid}) is gone.`
      : `Its parent is gone; ${reaper.name} (pid ${reaper.pid}) took it in.`
  const group = unit === null ? 'It runs under no service' : `It runs under no service but the login of ${unit}.service`
  return [`It runs for ${spanText(ageMs)}.`, parent, `${group}, and has no terminal.`]
}

/**
 * Processes that are all the same, of one set-up, and that nobody answers for: with a healthy OpenClaw there is one of them at
 * most. The oldest and the newest stay, since one of them may be the one that is meant to run.
 */
function surplusOf(members: readonly Member[], ground: Ground, supervised: Supervised): ReadonlyMap<number, string> {
  const alike = new Map<string, Member[]>()
  for (const member of members) {
    const key = likenessOf(member, ground, supervised)
    if (key === null) continue
    const group = alike.get(key)
    if (group === undefined) alike.set(key, [member])
    else group.push(member)
  }
  const found = new Map<number, string>()
  for (const group of alike.values()) {
    if (group.length < SURPLUS_COUNT) continue
    const [newest, ...older] = group.sort((one, other) => one.look.ageMs - other.look.ageMs)
    const oldest = older.at(-1)
    const why = `There are ${group.length} alike; one is enough, and the oldest and the newest stay.`
    for (const member of group) {
      if (member === newest || member === oldest || member.look.ageMs < SURPLUS_MIN_AGE_MS) continue
      found.set(member.look.pid, why)
    }
  }
  return found
}

/** What makes a process the same as others that nobody answers for; null when it is no such process. */
function likenessOf(member: Member, ground: Ground, supervised: Supervised): string | null {
  const { look, family, gateway, parent } = member
  if ((family !== 'node-run' && family !== 'command') || gateway !== null || parent !== null) return null
  if (ownerOf(member, ground) !== null) return null
  // Where titles tell them apart, a supervisor that lives answers for its worker.
  if (ground.showsTitles && supervised.has(look.pid)) return null
  const words = commandOf(look.argv)
  if (words === null && family === 'node-run') return null // A worker: it is judged by its supervisor.
  return [family, ground.setUpOf(look) ?? '', ...(words ?? look.argv)].join('\0')
}

function leaked(...why: string[]): Verdict {
  return { verdict: 'leaked', why }
}

function owned(...why: string[]): Verdict {
  return { verdict: 'owned', why }
}

function unsure(...why: string[]): Verdict {
  return { verdict: 'unsure', why }
}

function isSet(environment: ReadonlyMap<string, string> | null, name: string): boolean {
  return !/^(|0|false|no|off)$/i.test(environment?.get(name) ?? '')
}

/** An age in the largest unit that fits: `3 min`, `5 h`, `12 days`. */
function spanText(ms: number): string {
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`
  return ms < 172_800_000 ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / 86_400_000)} days`
}

const MAX_WORDS = 24
const NAMES_SECRET = /^--?[\w-]*(token|password|passphrase|secret|key|auth|credential)s?$/i

/** Words of a process for people to read: without what may be secret. */
export function shownWords(argv: readonly string[]): string[] {
  return argv.slice(0, MAX_WORDS).map((word, index) => {
    const isSecret = NAMES_SECRET.test(argv[index - 1] ?? '') && !word.startsWith('-')
    return isSecret ? MASK : masked(word)
  })
}
