import type { Plan, PlanOptions } from '../../shared/plan'
import { carriedFrom, chosenBytes } from './carried'
import { captureBlockers } from './conflicts'
import { leftOutFolders, profileOf, type NodeFacts, type PlanStamp } from './facts'
import { captureStep } from './steps'

/** Decides what backing up one node takes. Pure. */
export function planBackup(node: NodeFacts, options: PlanOptions, stamp: PlanStamp): Plan {
  const profile = profileOf(node, options.profile)
  const carried = profile === undefined ? [] : carriedFrom(profile, options)
  const bytes = chosenBytes(carried)
  const blockers = [
    ...captureBlockers(node),
    ...(profile === undefined
      ? [
          {
            code: 'no-profile',
            text: `${node.record.label} has no OpenClaw profile named ${options.profile}.`,
            wayOut: 'Choose another profile, or check the node again.',
          },
        ]
      : []),
  ]
  return {
    id: stamp.id,
    kind: 'backup',
    sentence: `Back up ${node.record.label}. Its gateway keeps running; nothing on it changes.`,
    createdAt: stamp.now.toISOString(),
    source: node.record.id,
    target: null,
    snapshot: null,
    relies: { [node.record.id]: node.digest },
    options,
    carried,
    leftOut: [...leftOutFolders(profile), ...(profile?.leftOut ?? [])],
    rewrites: [],
    decisions: [],
    differences: [],
    blockers,
    notes: leftOutFolders(profile).map(({ path, why }) => `Not in this backup: ${path}. ${why}`),
    steps:
      blockers.length > 0
        ? []
        : [
            captureStep(node, {
              id: 'capture',
              title: `Back up ${node.record.label}`,
              detail: 'Databases are copied online; only what the repository does not have is read.',
              profile: options.profile,
              components: options.components,
              reason: 'manual',
              bytes,
              rehash: options.rehash,
            }),
          ],
    wayBack: 'A backup only reads. A cancelled or broken one leaves nothing behind and the older ones stay good.',
  }
}
