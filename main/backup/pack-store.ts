import { open, readdir, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Chunk } from '../remote/types'
import { chunkId, type RepositoryKeys } from './crypto'
import { readContents, readEntry, type PackContents } from './pack-reader'
import type { Entry } from './pack-format'

/** Open packs kept at most; the rest are opened when needed. */
const MAX_OPEN_PACKS = 16
const PACK_NAME = /^([0-9a-f]{64})\.pack$/

/** One place a chunk is stored at. */
export interface Place {
  readonly packId: string
  readonly entry: Entry
}

/** The answer to a read. `problem` tells of damage that cost nothing. */
export interface FoundChunk extends Chunk {
  readonly plainBytes: number
  readonly packId: string
  readonly problem: string | null
}

/** All packs of the folder, their indexes in memory. Packs may come and go by the hand of another OCM: see `refresh`. */
export interface PackStore extends AsyncDisposable {
  /** Reads the indexes of packs that are new and forgets those that are gone. */
  refresh(): Promise<void>
  readonly packIds: ReadonlySet<string>
  /** Damage of a pack that cost nothing, as it is on disk now; null when there is none. */
  problemOf(packId: string): Promise<string | null>
  /** True when the chunk is stored and not known to be damaged. */
  has(sha256: string): boolean
  /** The pack a chunk would be read from. */
  packOf(sha256: string): string | undefined
  /** One chunk, authenticated; from another copy when one is damaged. Null when there is none. */
  read(sha256: string): Promise<FoundChunk | null>
  /** Every place of the chunk, as words for {@link PackStore.markDamaged}. */
  placesOf(sha256: string): readonly string[]
  /** Tells that what is stored at these places is damaged, so that the next backup stores it anew. */
  markDamaged(places: Iterable<string>): void
  /** Puts the entries of a pack that was just written and proved into the index. */
  adopt(packId: string, entries: readonly Entry[]): void
  remove(packId: string): Promise<void>
}

/** The packs under `<folder>/packs`. Nothing is read before the first `refresh`. */
export function openPackStore(folder: string, keys: RepositoryKeys): PackStore {
  const packs = new Map<string, readonly Entry[]>()
  const places = new Map<string, readonly Place[]>()
  const damaged = new Set<string>()
  const handles = new Map<string, Promise<FileHandle>>()
  let busyReads = 0
  const pathOf = (packId: string) => join(folder, 'packs', `${packId}.pack`)
  const keyOf = (sha256: string) => chunkId(keys, sha256).toString('hex')

  const adopt = (packId: string, entries: readonly Entry[]) => {
    packs.set(packId, entries)
    for (const entry of entries) {
      const id = entry.id.toString('hex')
      // The newest place first: it was written because no older one was good.
      places.set(id, [{ packId, entry }, ...(places.get(id) ?? [])])
    }
  }
  const forget = async (packId: string) => {
    for (const entry of packs.get(packId) ?? []) {
      const id = entry.id.toString('hex')
      const left = (places.get(id) ?? []).filter(place => place.packId !== packId)
      if (left.length === 0) places.delete(id)
      else places.set(id, left)
    }
    packs.delete(packId)
    const handle = handles.get(packId)
    handles.delete(packId)
    await handle?.then(file => file.close())
  }
  const fileOf = (packId: string): Promise<FileHandle> => {
    const kept = handles.get(packId)
    if (kept !== undefined) return kept
    const opening = open(pathOf(packId), 'r')
    handles.set(packId, opening)
    opening.catch(() => handles.delete(packId)) // the caller of this very promise is told
    return opening
  }
  const closeSome = async () => {
    while (busyReads === 0 && handles.size > MAX_OPEN_PACKS) {
      const [packId] = handles.keys()
      if (packId === undefined) return
      const handle = handles.get(packId)
      handles.delete(packId)
      await handle?.then(file => file.close())
    }
  }
  const contentsOf = async (packId: string): Promise<PackContents> => {
    const file = await open(pathOf(packId), 'r')
    try {
      return await readContents(keys, { packId, file, base: 0, bytes: (await file.stat()).size })
    } finally {
      await file.close()
    }
  }

  return {
    get packIds() {
      return new Set(packs.keys())
    },
    problemOf: async packId => (await contentsOf(packId)).problem,
    async refresh() {
      const names = await readdir(join(folder, 'packs'))
      const present = new Set(names.flatMap(name => PACK_NAME.exec(name)?.[1] ?? []))
      for (const packId of [...packs.keys()]) if (!present.has(packId)) await forget(packId)
      for (const packId of present) if (!packs.has(packId)) adopt(packId, (await contentsOf(packId)).entries)
    },
    has(sha256) {
      return (places.get(keyOf(sha256)) ?? []).some(place => !damaged.has(wordFor(place)))
    },
    placesOf: sha256 => (places.get(keyOf(sha256)) ?? []).map(wordFor),
    packOf: sha256 => places.get(keyOf(sha256))?.[0]?.packId,
    async read(sha256) {
      busyReads++
      try {
        let problem: string | null = null
        for (const { packId, entry } of places.get(keyOf(sha256)) ?? []) {
          const found = await readEntry(keys, { packId, file: await fileOf(packId), base: 0 }, entry)
          if (found === null) {
            problem = 'One of two copies is damaged.'
            continue
          }
          if (!found.isHeaderWhole) problem = 'The head of a chunk is damaged; its content is not.'
          return { encoding: entry.encoding, bytes: found.packed, plainBytes: entry.plainBytes, packId, problem }
        }
        return null
      } finally {
        busyReads--
        await closeSome()
      }
    },
    markDamaged(words) {
      for (const word of words) damaged.add(word)
    },
    adopt,
    async remove(packId) {
      await forget(packId)
      await rm(pathOf(packId), { force: true })
    },
    async [Symbol.asyncDispose]() {
      for (const packId of [...handles.keys()]) {
        const handle = handles.get(packId)
        handles.delete(packId)
        await handle?.then(file => file.close())
      }
    },
  }
}

function wordFor({ packId, entry }: Place): string {
  return `${packId}:${entry.id.toString('hex')}`
}
