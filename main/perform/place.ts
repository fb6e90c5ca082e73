import { AppError } from '../../shared/errors'
import type { Action } from '../../shared/plan'
import type { FileRef } from '../../shared/protocol'
import { countText } from '../../shared/units'
import type { RemoteClient } from '../remote/types'
import { fileKey, type PlacedFile, type Placement } from './placement'
import { removeNewFolders, rollBack } from './roll-back'
import { snapshotId } from './snapshot-id'
import { stage } from './stage'
import { done, type ActionContext, type Means, type Outcome, type Performer } from './types'

type Place = Extract<Action, { type: 'place' }>

/** Brings a snapshot onto a node in separate acts: stage, commit, and either finish or roll back. */
export const place: Performer<'place'> = (action, context, means) => {
  switch (action.verb) {
    case 'stage':
      return stage(action, context, means)
    case 'commit':
      return commit(action, context, means)
    case 'roll-back':
      return rollBack(action.nodeId, context, means)
    case 'finish':
      return finish(action, context, means)
    case 'sweep':
      return sweep(action, context, means)
  }
}

async function commit(action: Place, context: ActionContext, means: Means): Promise<Outcome> {
  const placement = needed(context)
  const base = { operationId: context.operationId, roots: placement.roots }
  return means.remotes.use(action.nodeId, async remote => {
    const { phase } = await remote.request('staged', base, { limitMs: context.limitMs })
    if (phase !== 'committed') {
      await remote.request('commit', { ...base, remove: placement.remove }, { limitMs: context.limitMs })
    }
    const wrong = await differing(remote, placement, context)
    if (wrong.length > 0) {
      throw new AppError('check-failed', `${wrong.length} placed files differ, first ${wrong[0] ?? ''}.`)
    }
    const same = placement.files.filter(file => file.how === 'same' && file.kind === 'file').length
    context.saveProof([
      {
        what: 'Files carried unchanged, by SHA-256 on the target',
        expected: String(same),
        found: String(same),
        verdict: 'proven',
      },
    ])
    return done(`${placement.files.length} in place, ${placement.remove.length} set aside.`)
  })
}

/** Hashes what was placed, on the node, and names what is not as it should be. */
async function differing(remote: RemoteClient, placement: Placement, context: ActionContext): Promise<string[]> {
  const files = placement.files.filter(file => file.kind === 'file' && file.how !== 'edited')
  const wrong: string[] = []
  await remote.request(
    'hash',
    { roots: placement.roots, files: files.map(reference) },
    {
      limitMs: context.limitMs,
      onItem: item => {
        for (const found of item.files) {
          const file = files[found.index]
          if (file !== undefined && file.sha256 !== '' && found.sha256 !== file.sha256) wrong.push(file.path)
        }
      },
    },
  )
  return wrong
}

function reference({ root, path, pathBytes }: PlacedFile): FileRef {
  return { root, path, ...(pathBytes === undefined ? {} : { pathBytes }) }
}

function needed(context: ActionContext): Placement {
  const placement = context.placement()
  if (placement === null) throw new AppError('internal', 'Nothing was staged in this run.')
  return placement
}

async function finish(action: Place, context: ActionContext, means: Means): Promise<Outcome> {
  const placement = context.placement()
  if (placement === null) return done('There was no staging folder.')
  const base = { operationId: context.operationId, roots: placement.roots }
  return means.remotes.use(action.nodeId, async remote => {
    await remote.request('finish', base, { limitMs: context.limitMs })
    const { phase } = await remote.request('staged', base, { limitMs: context.limitMs })
    return phase === 'none' ? done('Gone.') : { state: 'failed', note: 'The staging folder is still there.' }
  })
}

/** Removes empty folders that the snapshot does not know. */
async function sweep(action: Place, context: ActionContext, means: Means): Promise<Outcome> {
  const placement = context.placement()
  if (placement === null) return done('Nothing was placed.')
  const { manifest } = await (await means.repository()).open(snapshotId(action.snapshot, context))
  const components = context.plan.options.components.filter(part => manifest.meta.components.includes(part))
  const foldersBefore = manifest.files.filter(file => file.kind === 'folder').map(fileKey)
  return means.remotes.use(action.nodeId, async remote => {
    const before = { roots: placement.roots, components, foldersBefore, newRoots: [] }
    const removed = await removeNewFolders(remote, before, context)
    return done(removed === 0 ? 'None was left.' : `${countText(removed, 'folder')} removed.`)
  })
}
