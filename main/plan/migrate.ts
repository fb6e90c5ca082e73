import { AppError } from '../../shared/errors'
import type { Blocker, Decision, Plan, PlanOptions, Rewrite, Step } from '../../shared/plan'
import type { ProfileFacts } from '../../shared/survey'
import { valueOf } from '../../shared/survey'
import { gatewayService, INSTALLED_LATER, unitName } from '../openclaw/commands'
import { planRewrites, type RewritePlan } from '../openclaw/rewrite'
import { compareVersions } from '../openclaw/versions'
import { carriedFrom, chosenBytes } from './carried'
import { folderBlockers, placeBlockers, platformBlockers } from './conflicts'
import { installOf, isRunning, leftOutFolders, profileOf, type NodeFacts, type PlanStamp } from './facts'
import { carriedDatabases, placeOf, rewriteInput, type RewriteContext } from './rewrite-input'
import { installServiceStep, lingerStep, startStep, stopStep, tidyStep } from './service-steps'
import {
  captureStep,
  commitStep,
  doctorStep,
  finishStep,
  healthStep,
  installOpenClawStep,
  pluginsStep,
  proveStep,
  stageStep,
  validateStep,
} from './steps'

/** All a migration is planned from. Read beforehand. */
export interface MigrateFacts extends Omit<RewriteContext, 'databases'> {
  readonly source: NodeFacts
  readonly target: NodeFacts
}

/** Decides what carrying one node's OpenClaw set-up onto another takes. Pure. */
export function planMigrate(facts: MigrateFacts, options: PlanOptions, stamp: PlanStamp): Plan {
  const { source, target } = facts
  const profile = profileOf(source, options.profile)
  const base = {
    id: stamp.id,
    kind: 'migrate' as const,
    createdAt: stamp.now.toISOString(),
    source: source.record.id,
    target: target.record.id,
    snapshot: null,
    relies: { [source.record.id]: source.digest, [target.record.id]: target.digest },
    options,
    differences: [],
  }
  if (profile === undefined) return { ...base, ...nothingToCarry(source, noProfile(source, options.profile)) }
  const carried = carriedFrom(profile, options)
  const rewriting = rewritingOf(facts, profile, options)
  if (rewriting instanceof AppError)
    return { ...base, ...nothingToCarry(source, brokenConfig(source, rewriting.message)) }
  const blockers = [...blockersOf(facts, profile, chosenBytes(carried)), ...folderBlockers(profile, options)]
  const decisions = [...installDecision(facts, options), ...rewriting.decisions]
  return {
    ...base,
    sentence: sentenceOf(facts, profile, options, rewriting.rewrites.filter(row => row.class === 'rewrite').length),
    carried,
    leftOut: [...leftOutFolders(profile), ...profile.leftOut],
    rewrites: [...rewriting.rewrites],
    decisions,
    blockers: [...blockers],
    notes: [...rewriting.notes, ...notesOf(facts, profile)],
    steps:
      blockers.length > 0
        ? []
        : stepsOf(facts, profile, {
            options,
            bytes: chosenBytes(carried),
            port: options.components.includes('gateway')
              ? portOf(rewriting.rewrites, profile.gateway.port)
              : (profileOf(target, options.profile) ?? profile).gateway.port,
            planId: stamp.id,
          }),
    wayBack:
      options.mode === 'move'
        ? `If anything critical fails, ${target.record.label} gets its former state back and ${source.record.label} is started again. Afterwards the same is one click away, from the safety backup.`
        : `If anything critical fails, ${target.record.label} gets its former state back. ${source.record.label} is only read.`,
  }
}

/** The rewrites of a migration, or why the configuration cannot be read. */
function rewritingOf(facts: MigrateFacts, profile: ProfileFacts, options: PlanOptions): RewritePlan | AppError {
  const databases = carriedDatabases(profile)
  const places = { source: placeOf(facts.source, options.profile), target: placeOf(facts.target, options.profile) }
  try {
    return planRewrites(rewriteInput(places, options, { ...facts, databases }))
  } catch (error) {
    if (error instanceof AppError && error.code === 'config-invalid') return error
    throw error
  }
}

function noProfile({ record }: NodeFacts, profile: string): Blocker {
  return {
    code: 'no-profile',
    text: `${record.label} has no OpenClaw profile named ${profile}.`,
    wayOut: 'Choose another profile or another node.',
  }
}

function brokenConfig({ record }: NodeFacts, problem: string): Blocker {
  return {
    code: 'config-invalid',
    text: `The configuration of ${record.label} cannot be read: ${problem}`,
    wayOut: 'Mend openclaw.json there, or restore its last backup, then plan again. A backup works as it is.',
  }
}

function nothingToCarry(
  source: NodeFacts,
  blocker: Blocker,
): Omit<Plan, 'id' | 'kind' | 'createdAt' | 'source' | 'target' | 'snapshot' | 'relies' | 'options' | 'differences'> {
  return {
    sentence: `There is nothing to carry from ${source.record.label}.`,
    carried: [],
    leftOut: [],
    rewrites: [],
    decisions: [],
    blockers: [blocker],
    notes: [],
    steps: [],
    wayBack: 'Nothing is changed.',
  }
}

function blockersOf({ source, target }: MigrateFacts, profile: ProfileFacts, bytes: number): readonly Blocker[] {
  const same: readonly Blocker[] =
    source.record.id === target.record.id
      ? [{ code: 'same-node', text: 'Source and target are the same node.', wayOut: 'Choose another target.' }]
      : []
  const broken: readonly Blocker[] =
    valueOf(profile.config)?.isValid === false ? [brokenConfig(source, valueOf(profile.config)?.problem ?? '')] : []
  const noVersion: readonly Blocker[] =
    installOf(source) === null
      ? [
          {
            code: 'source-openclaw-missing',
            text: `OpenClaw was not found on ${source.record.label}, so its version is not known.`,
            wayOut: 'Install it there again, or restore a backup of it onto the target.',
          },
        ]
      : []
  const version = installOf(source)?.version ?? '0'
  return [...same, ...platformBlockers(source), ...broken, ...noVersion, ...placeBlockers(target, { version, bytes })]
}

function installDecision({ source, target }: MigrateFacts, options: PlanOptions): readonly Decision[] {
  if (installOf(target) !== null || target.survey.openclaw.state === 'unknown') return []
  const version = installOf(source)?.version ?? 'latest'
  const chosen = options.decisions['install-openclaw']
  return [
    {
      id: 'install-openclaw',
      title: `OpenClaw is not installed on ${target.record.label}`,
      detail: `The same version as on ${source.record.label} can be installed with npm.`,
      options: [
        {
          id: 'install',
          label: `Install OpenClaw ${version} with npm`,
          consequence: 'One more step, a few minutes at most.',
        },
      ],
      chosen: chosen === 'install' ? chosen : null,
    },
  ]
}

function notesOf({ source, target }: MigrateFacts, profile: ProfileFacts): readonly string[] {
  const from = installOf(source)?.version
  const to = installOf(target)?.version
  const versions =
    from === undefined || to === undefined || compareVersions(to, from) <= 0
      ? []
      : [
          `${target.record.label} runs OpenClaw ${to}, ${source.record.label} ${from}. The newer one imports the state; there is no way back to ${from} with it.`,
        ]
  const agentData =
    profile.era === 'sqlite'
      ? [
          'In this generation sessions, memory and agent credentials live in each agent’s database and travel with the agents.',
        ]
      : []
  return [...versions, ...agentData]
}

function sentenceOf(
  { source, target }: MigrateFacts,
  profile: ProfileFacts,
  options: PlanOptions,
  rewritten: number,
): string {
  const count = (many: number | undefined, one: string): string =>
    many === undefined ? `an unknown number of ${one}s` : `${many} ${one}${many === 1 ? '' : 's'}`
  const jobs = valueOf(profile.cron)?.filter(job => !job.isSystem).length
  const parts = [
    count(valueOf(profile.agents)?.length, 'agent'),
    count(jobs, 'cron job'),
    count(valueOf(profile.channels)?.length, 'channel account'),
    count(valueOf(profile.environmentNames)?.length, 'environment value'),
  ]
  const verb = options.mode === 'move' ? 'Carry' : 'Copy'
  const end =
    options.mode === 'move'
      ? `${source.record.label} is stopped.`
      : `${source.record.label} runs on; the copy gets an identity of its own and its channels are off.`
  return `${verb} ${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''} from ${source.record.label} to ${target.record.label}. ${count(rewritten, 'path')} ${rewritten === 1 ? 'is' : 'are'} rewritten. ${end}`
}

function stepsOf(
  facts: MigrateFacts,
  profile: ProfileFacts,
  given: {
    readonly options: PlanOptions
    readonly bytes: number
    readonly port: number | null
    readonly planId: string
  },
): Step[] {
  const { options, bytes, port, planId } = given
  const { source, target } = facts
  const theirs = profileOf(target, options.profile)
  const install = installOf(target)
  const unit = gatewayService(theirs)
  const isSystem = unit?.scope === 'system'
  const version = installOf(source)?.version ?? ''
  const isCrossing = profile.era !== 'sqlite' && compareVersions(install?.version ?? version, '2026.8.0') >= 0
  const { profile: profileName, components, rehash } = options
  const part = { profile: profileName, components, rehash, bytes }
  const isMove = options.mode === 'move'
  const final = isMove ? 'final' : 'capture'
  const snapshot = `step:${final}`
  const judge = install ?? INSTALLED_LATER
  const unitPart = { profile: options.profile, port, before: unit, planId }
  return [
    captureStep(target, {
      ...part,
      id: 'safety',
      title: `Back up ${target.record.label} for safety`,
      detail: 'What is there now, so that it can be brought back.',
      reason: 'safety',
    }),
    captureStep(source, {
      ...part,
      id: 'capture',
      title: `Back up ${source.record.label}`,
      detail: 'With its gateway running. Databases are copied online.',
      reason: 'migration',
    }),
    ...(install === null ? [installOpenClawStep(target, version)] : []),
    ...(isMove ? [stopStep(source, profile, 'stop-source')] : []),
    ...(isMove
      ? [
          captureStep(source, {
            ...part,
            id: 'final',
            title: 'Take over what changed meanwhile',
            detail:
              'The gateway is stopped now, so nothing is missed. Only what is new is read. The first backup gives way to this one.',
            reason: 'migration',
            replaces: 'capture',
          }),
        ]
      : []),
    ...(theirs !== undefined && (unit !== undefined || isRunning(theirs))
      ? [stopStep(target, theirs, 'stop-target')]
      : []),
    stageStep(target, options.profile, snapshot, bytes),
    commitStep(target, options.profile, snapshot),
    ...(isCrossing ? [doctorStep(target, judge, options.profile, true)] : []),
    validateStep(target, judge, options.profile),
    ...(havePlugins(profile, options) ? [pluginsStep(target, judge, options.profile)] : []),
    ...(valueOf(target.survey.linger) === true || isSystem ? [] : [lingerStep(target)]),
    ...(isSystem ? [] : [installServiceStep(target, judge, unitPart)]),
    startStep(target, options.profile, isSystem ? unit : { name: unitName(options.profile), scope: 'user' }),
    healthStep(target, options.profile, install?.version ?? version),
    // Without a gateway to ask, the doctor waits a minute for one: a minute more in which nothing runs.
    ...(isCrossing ? [] : [doctorStep(target, judge, options.profile, false)]),
    proveStep(target, options.profile, snapshot),
    finishStep(target, options.profile, snapshot),
    ...(isSystem ? [] : tidyStep(target, unitPart)),
  ]
}

/** Plugins were installed, or it could not be counted, and what names them travels. */
function havePlugins(profile: ProfileFacts, { components }: PlanOptions): boolean {
  const isNamed = components.includes('gateway') || components.includes('plugins')
  return isNamed && valueOf(profile.plugins) !== 0
}

/** The port the service is installed with: what the rewriting makes of `gateway.port`, else the one that was in use. */
export function portOf(rewrites: readonly Rewrite[], before: number | null): number | null {
  const decided = Number(rewrites.find(row => row.pointer === '/gateway/port' && row.class !== 'keep')?.to)
  return Number.isInteger(decided) && decided > 0 ? decided : before
}
