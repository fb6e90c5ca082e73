import type { Cleaning, CleanOptions, LeakTree, OrphanGroup } from '../../shared/cleaning'
import type { Action, Operation, Plan, Step } from '../../shared/plan'
import { PlanOptions } from '../../shared/plan'
import type { OrphanFamily, Sample } from '../../shared/sample'
import { bytesText, countText, MINUTE, SECOND } from '../../shared/units'
import { leakFault, orphanFault } from '../openclaw/faults'
import { installOf, type NodeFacts, type PlanStamp } from './facts'
import { keptText, NOTHING_TO_CLEAN, notSeenText, storeText } from './clean-texts'
import type { OrphanLook } from './orphan-look'

/** What cleaning up orphans is planned from. */
export interface OrphanFacts extends OrphanLook {
  readonly node: NodeFacts
}

/** What ending leaked processes is planned from. */
export interface LeakFacts {
  readonly node: NodeFacts
  readonly sample: Sample
}

/** State directories that the survey found, for requests that look again. */
export function stateDirsOf({ survey }: NodeFacts): string[] {
  return survey.profiles.map(profile => profile.stateDir)
}

/** Decides which orphans go. Pure. */
export function planOrphans(facts: OrphanFacts, options: CleanOptions, stamp: PlanStamp): Plan {
  const { node, groups, notRead } = facts
  const { label } = node.record
  const files = groups.reduce((sum, group) => sum + group.count, 0)
  const bytes = groups.reduce((sum, group) => sum + group.bytes, 0)
  const what = `${countText(files, 'orphaned file')} (${bytesText(bytes)})`
  return {
    ...emptyPlan(node, stamp),
    sentence: options.withUndo
      ? `Put ${what} of ${label} aside for a day, then remove them.`
      : `Remove ${what} from ${label}.`,
    blockers: files > 0 ? [] : [nothingToClean(`There is no orphaned file on ${label} that may go.`)],
    notes: [...groups.flatMap(storeText), ...groups.flatMap(keptText), ...notSeenText(notRead)],
    steps: files > 0 ? [sweepStep(node, { what, files, withUndo: options.withUndo }), proveStep(node)] : [],
    wayBack: options.withUndo
      ? 'The files are renamed into a folder on the same file system and can be put back for a day. The room is free only after that.'
      : 'None: a removed file does not come back. With a way back (“--undo”) they are kept for a day.',
    cleaning: {
      what: 'orphans',
      options,
      stateDirs: stateDirsOf(node),
      asOf: facts.clock,
      groups: [...groups],
      trees: [],
      fault: orphanFault(largestFamily(groups), versionOf(node)),
    },
  }
}

/** Decides which processes end: those leaked by every test, and of these only the chosen ones. Pure. */
export function planProcesses({ node, sample }: LeakFacts, options: CleanOptions, stamp: PlanStamp): Plan {
  const { label } = node.record
  const trees = treesOf(sample)
  const going = endingOf({ trees, options })
  const bytes = going.reduce((sum, process) => sum + process.rssBytes, 0)
  const gone = (options.processes ?? []).filter(
    chosen => !going.some(one => one.pid === chosen.pid && one.startedAtTicks === chosen.startedAtTicks),
  )
  const what = countText(going.length, 'leaked process', 'leaked processes')
  return {
    ...emptyPlan(node, stamp),
    sentence: `End ${what} on ${label} (${bytesText(bytes)} of memory).`,
    blockers: going.length > 0 ? [] : [nothingToClean(`No process on ${label} is leaked.`)],
    notes: [
      ...gone.map(({ pid }) => `Process ${pid} is not leaked, or gone: it is left alone.`),
      ...unsureNote(sample),
      ...notSeenText(sample.notRead),
    ],
    steps: going.length > 0 ? [endStep(node, what), proveStep(node)] : [],
    wayBack: 'None: a process that was ended does not come back. Nothing answers for those that end here.',
    cleaning: {
      what: 'processes',
      options,
      stateDirs: stateDirsOf(node),
      asOf: sample.clock,
      groups: [],
      trees,
      fault: going.length > 0 ? leakFault(versionOf(node), node.survey.os.platform) : null,
    },
  }
}

/** The way back of a clean-up with undo: what it put aside is put back. Pure. */
export function planPutBack(operation: Operation, node: NodeFacts, stamp: PlanStamp): Plan {
  const { cleaning } = operation.plan
  return {
    ...emptyPlan(node, stamp),
    kind: 'return',
    sentence: `Put back on ${node.record.label} what the clean-up of ${operation.startedAt.slice(0, 10)} put aside.`,
    steps: [
      {
        id: 'put-back',
        title: `Put the files back on ${node.record.label}`,
        detail: 'Renamed to where they were. A name that is taken again stays as it is now.',
        action: cleanAction(node, 'put-back', operation.id),
        probe: 'Nothing is left in the folder they were kept in.',
        isCritical: true,
        limitMs: sweepLimitMs(cleaning?.groups.reduce((sum, group) => sum + group.count, 0) ?? 0),
      },
    ],
    wayBack: 'Clean up again.',
    ...(cleaning === undefined ? {} : { cleaning }),
  }
}

/** Removes for good what a clean-up put aside. Pure. */
export function planPurge(operation: Operation, node: Pick<NodeFacts, 'record'>, stamp: PlanStamp): Plan {
  return {
    ...emptyPlan(node, stamp),
    sentence: `Remove for good what the clean-up of ${operation.startedAt.slice(0, 10)} put aside on ${node.record.label}.`,
    steps: [
      {
        id: 'purge',
        title: `Remove what was put aside on ${node.record.label}`,
        detail: 'It was kept for a day, and nobody asked for it back.',
        action: cleanAction(node, 'purge', operation.id),
        probe: 'The folder is gone.',
        isCritical: true,
        limitMs: sweepLimitMs(operation.plan.cleaning?.groups.reduce((sum, group) => sum + group.count, 0) ?? 0),
      },
    ],
    wayBack: 'None: the files are gone then.',
    ...(operation.plan.cleaning === undefined ? {} : { cleaning: operation.plan.cleaning }),
  }
}

/** OpenClaw’s processes as trees, those with a leaked process first. */
function treesOf({ processes }: Sample): LeakTree[] {
  const roots = [...new Set(processes.map(process => process.rootPid))]
  const trees = roots.map(rootPid => {
    const members = processes.filter(process => process.rootPid === rootPid)
    const root = members.find(process => process.pid === rootPid)
    const isLeaked = members.some(process => process.verdict === 'leaked')
    const family = root?.family ?? members[0]?.family ?? 'unknown'
    return { family, rootPid, processes: members, isLeaked }
  })
  return trees.sort((a, b) => Number(b.isLeaked) - Number(a.isLeaked))
}

/** The processes of a plan that end. Whatever was chosen, one that is not leaked never does. */
export function endingOf({
  trees,
  options,
}: Pick<Cleaning, 'trees' | 'options'>): readonly Sample['processes'][number][] {
  const isChosen = (pid: number, startedAtTicks: number): boolean =>
    options.processes === null ||
    options.processes.some(chosen => chosen.pid === pid && chosen.startedAtTicks === startedAtTicks)
  return trees
    .flatMap(tree => tree.processes)
    .filter(({ pid, startedAtTicks, verdict }) => verdict === 'leaked' && isChosen(pid, startedAtTicks))
}

function unsureNote({ processes }: Sample): string[] {
  const unsure = processes.filter(process => process.verdict === 'unsure')
  if (unsure.length === 0) return []
  return [`OCM cannot say who answers for ${countText(unsure.length, 'process', 'processes')}: they are left alone.`]
}

function largestFamily(groups: readonly OrphanGroup[]): OrphanFamily {
  const [largest] = [...groups].sort((a, b) => b.bytes - a.bytes)
  return largest?.family ?? 'session-store'
}

function versionOf(node: NodeFacts): string | null {
  return installOf(node)?.version ?? null
}

function nothingToClean(text: string): Plan['blockers'][number] {
  return { code: NOTHING_TO_CLEAN, text, wayOut: 'There is nothing to do.' }
}

function emptyPlan(node: Pick<NodeFacts, 'record'> & Partial<Pick<NodeFacts, 'digest'>>, stamp: PlanStamp): Plan {
  return {
    id: stamp.id,
    kind: 'clean',
    sentence: '',
    createdAt: stamp.now.toISOString(),
    source: null,
    target: node.record.id,
    snapshot: null,
    relies: node.digest === undefined ? {} : { [node.record.id]: node.digest },
    options: PlanOptions.parse({ components: [] }),
    carried: [],
    leftOut: [],
    rewrites: [],
    decisions: [],
    differences: [],
    blockers: [],
    notes: [],
    steps: [],
    wayBack: '',
  }
}

type Verb = Extract<Action, { type: 'clean' }>['verb']

function cleanAction({ record }: Pick<NodeFacts, 'record'>, verb: Verb, of: string | null): Action {
  return { type: 'clean', nodeId: record.id, verb, of }
}

/** A slow disk takes so long for one file, ms. */
const SLOWEST_FILE_MS = 20

function sweepLimitMs(files: number): number {
  return 10 * MINUTE + files * SLOWEST_FILE_MS
}

function sweepStep(
  node: NodeFacts,
  { what, files, withUndo }: { readonly what: string; readonly files: number; readonly withUndo: boolean },
): Step {
  return {
    id: 'sweep',
    title: withUndo ? `Put ${what} aside` : `Remove ${what}`,
    detail:
      'Each is looked at again right before: its name, kind, owner and age, that nothing has it open or still writes it, and the live store next to it. What changed since this preview stays.',
    action: cleanAction(node, 'sweep', null),
    probe: 'The node counts what went.',
    isCritical: true,
    limitMs: sweepLimitMs(files),
    ...(withUndo ? { undo: cleanAction(node, 'put-back', null) } : {}),
  }
}

function endStep(node: NodeFacts, what: string): Step {
  return {
    id: 'end-processes',
    title: `End ${what}`,
    detail:
      'By pid and start time, and only those that are still leaked when it is their turn: asked to end (SIGTERM), and after 10 s made to (SIGKILL).',
    action: cleanAction(node, 'end-processes', null),
    probe: 'None of them runs any more.',
    isCritical: true,
    limitMs: 2 * MINUTE + 30 * SECOND,
  }
}

function proveStep(node: NodeFacts): Step {
  return {
    id: 'prove',
    title: 'Prove it',
    detail: 'A new look: what was to go is gone, and every gateway is as it was.',
    action: cleanAction(node, 'prove', null),
    probe: 'Every row of the proof holds.',
    isCritical: true,
    limitMs: 10 * MINUTE,
  }
}
