import type { Component } from '../../shared/components'
import { countText, MINUTE } from '../../shared/units'
import type { RemoteClient } from '../remote/types'
import { fileKey, type Placement } from './placement'
import { done, type ActionContext, type Means, type Outcome } from './types'

/** Brings back what a commit set aside, and takes away what the placed set-up made meanwhile. */
export async function rollBack(nodeId: string, context: ActionContext, means: Means): Promise<Outcome> {
  const placement = context.placement()
  if (placement === null) return done('Nothing was placed.')
  const base = { operationId: context.operationId, roots: placement.roots }
  return means.remotes.use(nodeId, async remote => {
    const { restored } = await remote.request('rollBack', base, { limitMs: context.limitMs })
    await remote.request('finish', base, { limitMs: context.limitMs })
    const removed = await removeLeftovers(remote, placement, context)
    await removeNewFolders(remote, { ...placement, components: context.plan.options.components }, context)
    return done(
      `${countText(restored, 'file')} back in place, as before; ${countText(removed, 'file')} made meanwhile removed.`,
    )
  })
}

/** A gateway that ran with the placed set-up, or an import of OpenClaw, left files that were not there before. */
async function removeLeftovers(remote: RemoteClient, placement: Placement, context: ActionContext): Promise<number> {
  const before = new Set(placement.before)
  const left = new Map<string, string[]>()
  await remote.request(
    'walk',
    { roots: placement.roots, components: context.plan.options.components, withHashes: false },
    {
      limitMs: context.limitMs,
      onItem: item => {
        for (const file of item.files) {
          if (file.kind === 'folder' || file.pathBytes !== undefined || before.has(fileKey(file))) continue
          const log = file.kind === 'sqlite' ? [`${file.path}-wal`, `${file.path}-shm`] : []
          left.set(file.root, [...(left.get(file.root) ?? []), file.path, ...log])
        }
      },
    },
  )
  await remote.request('release', {}, { limitMs: MINUTE })
  let removed = 0
  for (const [name, paths] of left) {
    const root = placement.roots[name]
    if (root === undefined) continue
    removed += (await remote.request('remove', { root, paths }, { limitMs: context.limitMs })).removed
  }
  return removed
}

/** What was there before: folders by root and path, and which roots were not. */
interface Before {
  readonly roots: Readonly<Record<string, string>>
  readonly components: readonly Component[]
  readonly foldersBefore: readonly string[]
  readonly newRoots: readonly string[]
}

/** Folders that came since and are empty go; one that holds anything stays, whatever it is. Answers how many went. */
export async function removeNewFolders(remote: RemoteClient, before: Before, context: ActionContext): Promise<number> {
  const known = new Set(before.foldersBefore)
  const roots = { ...before.roots }
  const left = new Map<string, string[]>(before.newRoots.map(root => [root, ['.']]))
  await remote.request(
    'walk',
    { roots, components: [...before.components], withHashes: false },
    {
      limitMs: context.limitMs,
      onItem: item => {
        for (const file of item.files) {
          if (file.kind !== 'folder' || file.pathBytes !== undefined || known.has(fileKey(file))) continue
          left.set(file.root, [...(left.get(file.root) ?? []), file.path])
        }
      },
    },
  )
  await remote.request('release', {}, { limitMs: MINUTE })
  let removed = 0
  for (const [name, paths] of left) {
    const root = roots[name]
    if (root === undefined) continue
    removed += (await remote.request('removeEmpty', { root, paths }, { limitMs: context.limitMs })).removed
  }
  return removed
}
