import { readdirSync } from 'node:fs'
import { dirname, isBeneath, join, ownNode, tempFolder } from '../path'
import type { Trace } from '../../shared/deletion'

import { FAMILY, isInReach, profileAt, realOf, statsOf, traceOf, type Look } from './look'
import { localFolder } from '../windows/places'
import { measured, needsRootFor, refusalFor } from './removal'

const NAMED = new RegExp(`^(${FAMILY})(-.+)?$`)
/** Scratch of OpenClaw's own backup. Not `openclaw-backup-<timestamp>`: those are copies that people asked for. */
const SCRATCH = /^openclaw-backup-(owned|retired)-/
/** The same on Windows, where the folder for what is temporary is the account's own. */
const TEMPORARY = new RegExp(`^(?:(?:${FAMILY})(?:-(?!backup-).+)?|openclaw-backup-(?:owned|retired)-.+)$`, 'i')
const OWN_NODE = 'OCM’s own Node.js runs from there, and Windows removes nothing that runs. Remove the folder by hand.'
const MAX_LEFTOVERS = 500

interface Place {
  readonly path: string
  readonly profile?: string | null
}

/** Caches, logs, temporary files and what an update kept. In shared folders only what belongs to this login. */
export async function findLeftovers(states: readonly Trace[], look: Look): Promise<Trace[]> {
  const { home } = look.account
  const places: Place[] = [
    ...states.flatMap(({ path, profile }) => (path === null ? [] : [{ path: `${path}.update-captures`, profile }])),
    ...orphanedCaptures(home).map(path => ({ path, profile: profileAt(path.replace(/\.update-captures$/, ''), []) })),
    ...namesIn(join(home, '.cache'), NAMED).map(name => ({ path: join(home, '.cache', name) })),
    ...namesIn(join(home, '.config'), new RegExp(`^(${FAMILY})$`)).map(name => ({ path: join(home, '.config', name) })),
    ...namesIn(join(home, 'Library/Logs'), NAMED).map(name => ({ path: join(home, 'Library/Logs', name) })),
    { path: join(home, '.config/fish/completions/openclaw.fish') },
    ...temporary(look).map(path => ({ path })),
  ]
  const unique = new Map(places.map(place => [place.path, place]))
  const there = [...unique.values()].filter(({ path }) => statsOf(path) !== undefined && isInReach(path, home))
  if (there.length > MAX_LEFTOVERS) look.notSeen('Leftovers', `Only the first ${MAX_LEFTOVERS} are listed.`)
  const traces: Trace[] = []
  for (const { path, profile } of there.slice(0, MAX_LEFTOVERS)) {
    traces.push(
      traceOf(
        { kind: 'leftover', key: path },
        {
          path,
          profile: profile ?? null,
          refusal: isOfOwnNode(path) ? OWN_NODE : refusalFor(path),
          needsRoot: needsRootFor(path),
          size: await measured(path, look),
        },
      ),
    )
  }
  return traces
}

/** The tools of OpenClaw's installer stay together while one of them runs this program. */
function isOfOwnNode(path: string): boolean {
  return process.platform === 'win32' && /\/portable-[^/]+$/i.test(path) && isBeneath(ownNode(), dirname(path))
}

/** Captures whose state directory is gone. */
function orphanedCaptures(home: string): string[] {
  return namesIn(home, /^\.(openclaw|clawdbot|moltbot)(-.+)?\.update-captures$/).map(name => join(home, name))
}

/** On Windows each account has a folder of its own for what is temporary, and OpenClaw's own installer one for its tools. */
function onWindows({ account }: Look): string[] {
  const local = localFolder(account.home)
  const folders = new Set([tempFolder(), join(local, 'Temp')].map(realOf))
  const kept = join(local, 'OpenClaw/deps')
  return [
    ...[...folders].flatMap(folder => [
      ...namesIn(folder, TEMPORARY).map(name => join(folder, name)),
      join(folder, 'node-compile-cache/openclaw'),
    ]),
    ...namesIn(kept, /^portable-/i).map(name => join(kept, name)),
  ]
}

function temporary(look: Look): string[] {
  if (process.platform === 'win32') return onWindows(look)
  const { uid } = look.account
  const named = look.services.flatMap(({ environment }) => environment.get('TMPDIR') ?? [])
  // `/tmp` itself is where logs go, whatever the variables say; `/var/tmp` is where OpenClaw's doctor advises to keep a cache.
  const folders = new Set(['/tmp', '/var/tmp', tempFolder(), ...named].map(realOf))
  return [...folders].flatMap(folder => {
    const exact = [`openclaw-${uid}`, `openclaw-state-locks-${uid}`, `.openclaw-terminal-staging-${uid}`]
    const paths = [
      ...exact.map(name => join(folder, name)),
      ...namesIn(folder, SCRATCH).map(name => join(folder, name)),
      join(folder, 'node-compile-cache/openclaw'),
    ]
    const names = ['openclaw', 'clawdbot', 'moltbot', 'openclaw-compile-cache']
    const shared = names.flatMap(name => ownIn(join(folder, name), look))
    return [...paths.filter(path => isOwn(path, uid)), ...shared]
  })
}

/** A folder that several accounts write to: whole when all of it is ours, else only our own entries. */
function ownIn(folder: string, { account, notSeen }: Look): string[] {
  if (statsOf(folder)?.isDirectory() !== true) return []
  const paths = namesIn(folder, /./).map(name => join(folder, name))
  const own = paths.filter(path => isOwn(path, account.uid))
  if (own.length === paths.length && isOwn(folder, account.uid)) return [folder]
  if (own.length < paths.length) notSeen(folder, 'Other accounts have files there too; those stay.')
  return own
}

function isOwn(path: string, uid: number): boolean {
  const stats = statsOf(path)
  return stats !== undefined && (stats.uid === uid || process.platform === 'win32')
}

function namesIn(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder).filter(name => pattern.test(name))
  } catch {
    return [] // Not there, or closed to us: then nothing of ours is in it.
  }
}
