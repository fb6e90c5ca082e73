import { z } from 'zod'
import { RootName, SnapshotFile } from '../../shared/backup'

/** One file as it should stand on the target once placed. */
export const PlacedFile = SnapshotFile.pick({
  root: true,
  path: true,
  pathBytes: true,
  kind: true,
  sha256: true,
}).extend({
  /** `same`: its content is the snapshot's · `rewritten`: paths in it were changed · `edited`: rows of a database were. */
  how: z.enum(['same', 'rewritten', 'edited']),
})
export type PlacedFile = z.infer<typeof PlacedFile>

/** Names a file within all roots of a placement. */
export function fileKey(file: {
  readonly root: string
  readonly path: string
  readonly pathBytes?: string | undefined
}): string {
  return `${file.root}\0${file.pathBytes ?? file.path}`
}

/** What one staging decided: where things go and what must be found there afterwards. Holds no content and no secret. */
export const Placement = z.object({
  snapshot: z.uuid(),
  roots: z.record(RootName, z.string()),
  files: z.array(PlacedFile),
  /** On the target now, part of the chosen components, and not in the snapshot: set aside by the commit. */
  remove: z.array(z.object({ root: RootName, path: z.string(), pathBytes: z.string().optional() })),
  /** Paths of the source that must not be found on the target. */
  needles: z.array(z.string()),
  /** What the chosen components held on the target before, by root and path. */
  before: z.array(z.string()),
  /** Folders among it, the same way. */
  foldersBefore: z.array(z.string()),
  /** Roots that were not there before. */
  newRoots: z.array(RootName),
  kept: z.number().int(),
})
export type Placement = z.infer<typeof Placement>
