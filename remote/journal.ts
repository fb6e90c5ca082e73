import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { joinBytes, type PathBytes } from './paths'
import { readLines } from './staged-list'
import type { Staging } from './staging'

/**
 * One move of a commit. Paths are bytes as latin1 strings, relative to the root; those of `make` are absolute.
 * `make`: the root itself (or a folder above it) is made · `aside`: what is there moves to the working folder ·
 * `place`: what was staged moves to its place · `mode`: a folder's permissions change.
 */
export type Move =
  | { readonly op: 'make'; readonly path: string }
  | { readonly op: 'aside'; readonly rel: string }
  | { readonly op: 'place'; readonly rel: string; readonly isDatabase: boolean }
  | { readonly op: 'mode'; readonly rel: string; readonly from: number; readonly to: number }

/** How far an operation is for one root. */
export type Phase = 'staging' | 'committing' | 'committed' | 'rolling-back' | 'rolled-back'

/** What a commit is to do for one root, and what it counted. */
export interface Intent {
  readonly moves: readonly Move[]
  readonly placed: number
  readonly setAside: number
}

type Line = { readonly begin: Intent } | { readonly also: Move } | { readonly phase: Phase }

/** What is on disk about one root's commit. */
export interface JournalState {
  readonly phase: Phase
  readonly intent: Intent
}

const NO_INTENT: Intent = { moves: [], placed: 0, setAside: 0 }

/**
 * The commit's notes on disk. Every line is synced before what it announces is done, so after a kill the notes say what may
 * have happened, and the disk says what has.
 */
export class Journal {
  private readonly path: PathBytes

  constructor(staging: Staging) {
    this.path = joinBytes(staging.folder, Buffer.from('journal.jsonl'))
  }

  read(): JournalState {
    let state: JournalState = { phase: 'staging', intent: NO_INTENT }
    for (const line of readLines(this.path) as Line[]) {
      const { intent } = state
      if ('begin' in line) state = { phase: 'committing', intent: line.begin }
      else if ('also' in line) state = { ...state, intent: { ...intent, moves: [line.also, ...intent.moves] } }
      else state = { phase: line.phase, intent: line.phase === 'staging' ? NO_INTENT : intent }
    }
    return state
  }

  begin(intent: Intent): void {
    this.append({ begin: intent })
  }

  /** A move that turned out to be needed on the way. It counts as the first of all, so that it is undone last. */
  also(move: Move): void {
    this.append({ also: move })
  }

  phase(phase: Phase): void {
    this.append({ phase })
  }

  private append(line: Line): void {
    const fd = openSync(this.path, 'a', 0o600)
    try {
      const bytes = Buffer.from(`\n${JSON.stringify(line)}\n`)
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }
}
