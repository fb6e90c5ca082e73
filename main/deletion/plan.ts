import type { Deletion, DeletionOptions } from '../../shared/deletion'
import { PlanOptions, type Blocker, type Plan, type Step } from '../../shared/plan'
import { valueOf } from '../../shared/survey'
import { bytesText, countText, SECOND } from '../../shared/units'
import type { NodeFacts, PlanStamp } from '../plan/facts'
import { trimPath } from '../openclaw/paths'
import { botsOf } from './bots'
import { byHandOf } from './by-hand'
import type { DeletionFacts } from './facts'
import { holdingsOf } from './holdings'
import { inventoryOf, type Inventory } from './inventory'
import { isTicked } from './peers'
import { unitsToEnd } from './services'
import type { StepParts } from './step-parts'
import { deletionSteps } from './steps'
import { disableStep, stopStep } from './stop-steps'
import { appBlockers, platformBlockers, startupBlockers, windowsBlockers } from './system-blockers'

/** Everything a plan of one of the three kinds is put together from. */
interface Parts {
  readonly facts: DeletionFacts
  readonly inventory: Inventory
  readonly deletion: Deletion
  readonly steps: StepParts
  readonly blockers: readonly Blocker[]
}

/** Decides what deleting a node takes: what goes, what stays, eleven steps. Pure. */
export function planDelete(facts: DeletionFacts, options: DeletionOptions, stamp: PlanStamp): Plan {
  const parts = partsOf(facts, options)
  return {
    ...planOf('delete', parts, deletionSteps(parts.steps), stamp),
    sentence: deletionSentence(parts),
    wayBack: options.waiveBackup
      ? 'Up to the fourth step: a cancelled or failed run starts again what it stopped. From then on there is none, since you waived the backup.'
      : 'Up to the fourth step: a cancelled or failed run starts again what it stopped. From then on the backup can be restored, on this machine or another.',
    noReturnFrom: 'release-bots',
  }
}

/** Decides what it takes to stop a node now and to delete it later. Pure. */
export function planQuarantine(facts: DeletionFacts, days: number, options: DeletionOptions, stamp: PlanStamp): Plan {
  const found = partsOf(facts, options)
  const parts = { ...found, blockers: [...found.blockers, ...startupBlockers(facts.node, found.inventory)] }
  const { label } = facts.node.record
  const keep: Step = {
    id: 'keep',
    title: `Note the deletion in ${countText(days, 'day')}`,
    detail: `Until then ${label} can be brought back with one click. If it has changed by then, it is not deleted and you are told.`,
    action: { type: 'quarantine', nodeId: facts.node.record.id, verb: 'keep', items: [], days, commands: [] },
    probe: 'The note is in OCM’s own records.',
    isCritical: true,
    limitMs: 30_000,
  }
  const steps = [stopStep(parts.steps), { ...disableStep(parts.steps), isCritical: true }, keep]
  return {
    ...planOf('quarantine', parts, steps, stamp),
    sentence: `Stop ${label} now and delete it in ${countText(days, 'day')}. Until then everything of it stays on the machine.`,
    wayBack: 'Bring it back: its services are enabled and started again as they were.',
  }
}

function partsOf(facts: DeletionFacts, options: DeletionOptions): Parts {
  const inventory = inventoryOf(facts, options)
  const going = inventory.items.filter(item => item.verdict === 'goes')
  const bots = [...botsOf(facts, inventory.profiles)]
  const { node } = facts
  const lastBackup = valueOf(facts.lastBackup) ?? null
  return {
    facts,
    inventory,
    blockers: blockersOf(facts, options, inventory),
    deletion: {
      options,
      confirm: node.record.label,
      profiles: [...inventory.profiles],
      isWhole: inventory.isWhole,
      items: [...inventory.items],
      notSeen: facts.traces.notSeen,
      holds: [...holdingsOf(node.survey, inventory.profiles)],
      bots,
      peers: [...facts.peers],
      byHand: [...byHandOf(facts, inventory.items, bots, options)],
      lastBackup: lastBackup === null ? null : { id: lastBackup.id, at: lastBackup.at },
      digest: inventory.digest,
    },
    steps: {
      node,
      items: going,
      units: unitsToEnd(going, node.survey),
      profiles: inventory.profiles,
      options,
      isWhole: inventory.isWhole,
      bots: bots.filter(bot => bot.sharedWith === null).length,
      peers: facts.peers.filter(peer => isTicked(peer, options)),
    },
  }
}

function planOf(
  kind: 'delete' | 'quarantine',
  { facts, inventory, deletion, blockers }: Parts,
  steps: readonly Step[],
  stamp: PlanStamp,
): Omit<Plan, 'sentence' | 'wayBack'> {
  const { record } = facts.node
  return {
    id: stamp.id,
    kind,
    createdAt: stamp.now.toISOString(),
    source: null,
    target: record.id,
    ...(facts.node.survey.os.platform === 'win32' ? { platform: 'win32' as const } : {}),
    snapshot: null,
    relies: { [record.id]: inventory.digest },
    options: PlanOptions.parse({}),
    carried: [],
    leftOut: [],
    rewrites: [],
    decisions: [],
    differences: [],
    blockers: [...blockers],
    notes: [...notesOf(facts, deletion)],
    steps: blockers.length > 0 ? [] : steps.map(step => withPatience(step, facts.node)),
    deletion,
  }
}

/** PowerShell takes seconds to start, and is started for each question. */
const POWERSHELL_MS = 90 * SECOND

function withPatience(step: Step, { survey }: NodeFacts): Step {
  return survey.os.platform === 'win32' ? { ...step, limitMs: step.limitMs + POWERSHELL_MS } : step
}

function deletionSentence({ facts, inventory, deletion }: Parts): string {
  const { label } = facts.node.record
  const going = inventory.items.filter(item => item.verdict === 'goes')
  if (going.length === 0) {
    return inventory.isWhole
      ? `Nothing of OpenClaw was found on ${label}. A witness looks once more, then it goes off the list.`
      : `Nothing that was chosen was found on ${label}.`
  }
  const bytes = going.reduce((sum, item) => sum + (item.size?.bytes ?? 0), 0)
  const waived = deletion.options.waiveBackup ? ' Without a backup.' : ''
  const what = inventory.isWhole ? 'OpenClaw' : `OpenClaw’s ${wordsOf('profile', inventory.profiles)}`
  return `Delete ${what} from ${label} completely: ${countText(going.length, 'item')}, ${bytesText(bytes)}.${waived}`
}

function wordsOf(noun: string, names: readonly string[]): string {
  return `${noun}${names.length === 1 ? '' : 's'} ${names.join(', ')}`
}

function blockersOf(
  { node, traces }: DeletionFacts,
  options: DeletionOptions,
  inventory: Inventory,
): readonly Blocker[] {
  const { record } = node
  const missing = options.profiles?.filter(name => !inventory.found.includes(name)) ?? []
  const folders = new Set(
    traces.traces.flatMap(({ kind, path }) => (kind === 'workspace' && path !== null ? [trimPath(path)] : [])),
  )
  const unknown = options.workspaces.filter(path => !folders.has(trimPath(path)))
  return [
    ...(record.isProtected
      ? [
          {
            code: 'protected',
            text: `${record.label} is protected.`,
            wayOut: 'Lift its protection first, in its settings.',
          },
        ]
      : []),
    ...platformBlockers(node),
    ...windowsBlockers({ node, traces }, inventory, options),
    ...appBlockers(node, traces.traces),
    ...(missing.length === 0
      ? []
      : [
          {
            code: 'no-profile',
            text: `${record.label} has no OpenClaw ${wordsOf('profile', missing)}.`,
            wayOut: inventory.found.length === 0 ? 'There is none.' : `There are: ${inventory.found.join(', ')}`,
          },
        ]),
    ...(unknown.length === 0
      ? []
      : [
          {
            code: 'no-workspace',
            text: `No agent of ${record.label} has a workspace at ${unknown.join(', ')}.`,
            wayOut: 'Choose from those that the preview shows.',
          },
        ]),
  ]
}

function notesOf(facts: DeletionFacts, deletion: Deletion): readonly string[] {
  const { label } = facts.node.record
  const shared = deletion.bots.filter(bot => bot.sharedWith !== null)
  const unknownPeers = deletion.options.peers.filter(id => facts.peers.every(peer => peer.deviceId !== id))
  return [
    'OCM leaves alone: Node.js itself, packages of the system, what npm, pnpm or bun keep in their caches, other users, profiles that are not chosen, and workspaces outside the state directory that are not ticked.',
    ...(deletion.isWhole || deletion.items.every(item => item.verdict === 'goes')
      ? []
      : [`Something of OpenClaw stays, so ${label} stays on the list.`]),
    ...shared.map(bot => `Bot ${bot.botId} is not touched: ${bot.sharedWith ?? ''} uses it too.`),
    ...(facts.unknownBots.length === 0 || deletion.bots.length === 0
      ? []
      : [`Not known whether these use the same bots: ${facts.unknownBots.join(', ')}.`]),
    ...(facts.unaskedPeers.length === 0
      ? []
      : [`Could not be asked for records of this machine: ${facts.unaskedPeers.join(', ')}.`]),
    ...(facts.sameIdentity.length === 0
      ? []
      : [
          `Records of this machine on others are left alone: ${facts.sameIdentity.join(', ')} goes by the same identity.`,
        ]),
    ...(unknownPeers.length === 0 ? [] : [`No record to remove was found for ${unknownPeers.join(', ')}.`]),
    ...(facts.lastBackup.state === 'unknown' ? [`Backups could not be listed: ${facts.lastBackup.why}`] : []),
    ...(valueOf(facts.lastBackup) === null && deletion.options.waiveBackup
      ? ['There is no backup of this machine at all.']
      : []),
  ]
}
