import { chmodSync, lchownSync, mkdirSync, renameSync, rmdirSync } from 'node:fs'
import type { Journal, Move } from './journal'
import { ancestorsOf, ownerFor, type Staging } from './staging'
import { codeOf, joinBytes, keyOf, statOf, type PathBytes } from './paths'
import { besideDatabase, SIDECARS } from './sqlite'

/** Does one move of a commit, unless reality shows that it is done. May be asked any number of times. */
export function perform(staging: Staging, move: Move, journal: Journal): void {
  if (move.op === 'make') {
    makeFolder(staging, bytesOf(move.path))
    return
  }
  const { live, incoming, aside } = placesOf(staging, move.rel)
  if (move.op === 'mode') {
    if (statOf(live)?.isDirectory() === true) chmodSync(live, move.to)
  } else if (move.op === 'aside') {
    if (exists(aside) || !exists(live)) return
    makeParents(staging.aside, aside)
    renameSync(live, aside)
  } else {
    if (!exists(incoming)) return
    const beside = move.isDatabase ? sidecarsOf(move.rel) : []
    for (const rel of [...beside, move.rel]) clearTheWay(staging, rel, journal)
    renameSync(incoming, live)
  }
}

/** Something appeared since the plan was made. It is set aside like the rest, noted first. */
function clearTheWay(staging: Staging, rel: string, journal: Journal): void {
  const { live, aside, inTheWay } = placesOf(staging, rel)
  if (!exists(live)) return
  if (!exists(aside)) {
    journal.also({ op: 'aside', rel })
    makeParents(staging.aside, aside)
    renameSync(live, aside)
  } else {
    makeParents(staging.inTheWay, inTheWay)
    renameSync(live, freeName(inTheWay))
  }
}

/** Takes one move back, unless reality shows that it was not done. @returns true when something came back to its place. */
export function undo(staging: Staging, move: Move): boolean {
  if (move.op === 'make') return removeIfEmpty(bytesOf(move.path))
  const { live, incoming, aside } = placesOf(staging, move.rel)
  if (move.op === 'mode') {
    if (statOf(live)?.isDirectory() === true) chmodSync(live, move.from)
    return false
  }
  if (move.op === 'place') {
    if (exists(incoming)) return false
    if (move.isDatabase) for (const rel of sidecarsOf(move.rel)) putOutOfTheWay(staging, rel)
    if (!exists(live)) return false
    makeParents(staging.incoming, incoming)
    renameSync(live, incoming)
    return false
  }
  if (!exists(aside)) return false
  putOutOfTheWay(staging, move.rel)
  renameSync(aside, live)
  return true
}

function makeFolder(staging: Staging, folder: PathBytes): void {
  if (exists(folder)) return
  const owner = ownerFor(staging.root)
  mkdirSync(folder, { mode: 0o700 })
  if (owner !== undefined) lchownSync(folder, owner.uid, owner.gid)
}

/** What a program made since the commit must not be lost, nor stay where the old thing belongs. */
function putOutOfTheWay(staging: Staging, rel: string): void {
  const { live, inTheWay } = placesOf(staging, rel)
  if (!exists(live)) return
  makeParents(staging.inTheWay, inTheWay)
  renameSync(live, freeName(inTheWay))
}

function freeName(path: PathBytes): PathBytes {
  let free = path
  for (let number = 1; exists(free); number += 1) free = Buffer.concat([path, Buffer.from(`~${number}`)])
  return free
}

function makeParents(base: PathBytes, path: PathBytes): void {
  const missing: PathBytes[] = []
  for (const folder of ancestorsOf(path)) {
    if (folder.length <= base.length || exists(folder)) break
    missing.push(folder)
  }
  for (const folder of missing.reverse()) mkdirSync(folder, { mode: 0o700 })
}

function removeIfEmpty(folder: PathBytes): boolean {
  try {
    rmdirSync(folder)
  } catch (error) {
    const code = codeOf(error)
    // Something else lives there by now, or it is gone already.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error
  }
  return false
}

function exists(path: PathBytes): boolean {
  return statOf(path) !== undefined
}

function sidecarsOf(rel: string): readonly string[] {
  return SIDECARS.map(suffix => keyOf(besideDatabase(bytesOf(rel), suffix)))
}

function bytesOf(key: string): PathBytes {
  return Buffer.from(key, 'latin1')
}

function placesOf(staging: Staging, rel: string) {
  const bytes = bytesOf(rel)
  return {
    live: joinBytes(staging.root.path, bytes),
    incoming: joinBytes(staging.incoming, bytes),
    aside: joinBytes(staging.aside, bytes),
    inTheWay: joinBytes(staging.inTheWay, bytes),
  }
}
