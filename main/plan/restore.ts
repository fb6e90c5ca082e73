import { agentOfRoot } from '../../shared/agent-dirs'
import type { Manifest } from '../../shared/backup'
import { Component } from '../../shared/components'
import type { Difference, Plan, PlanOptions, Step } from '../../shared/plan'
import { valueOf } from '../../shared/survey'
import { momentText } from '../../shared/units'
import { gatewayService, INSTALLED_LATER, unitName } from '../openclaw/commands'
import { planRewritesBack, type Place, type RewritePlan } from '../openclaw/rewrite'
import { compareVersions } from '../openclaw/versions'
import { placeBlockers } from './conflicts'
import { installOf, isRunning, profileOf, type NodeFacts, type PlanStamp } from './facts'
import { portOf } from './migrate'
import { placeOf, rewriteInput, type RewriteContext } from './rewrite-input'
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

/** All a restore is planned from. Read beforehand. */
export interface RestoreFacts extends RewriteContext {
  readonly target: NodeFacts
  readonly manifest: Manifest
  /** The snapshot against what is on the target now. */
  readonly differences: readonly Difference[]
}

/** The node a snapshot was taken of, as the rewriting sees it. */
export function placeOfSnapshot({ meta }: Manifest): Place {
  const workspaces = Object.entries(meta.roots).flatMap(([root, path]) =>
    root.startsWith('workspace:') ? [{ agent: root.slice('workspace:'.length), path, isOutside: true }] : [],
  )
  const agentDirs = Object.entries(meta.roots).flatMap(([root, path]) => {
    const agent = agentOfRoot(root)
    return agent === undefined ? [] : [{ agent, path }]
  })
  return {
    home: meta.os.home,
    stateDir: meta.stateDir,
    user: meta.os.user,
    platform: meta.os.platform,
    hostname: meta.os.hostname,
    label: meta.nodeLabel,
    nodePath: null,
    packageRoot: null,
    version: meta.openclawVersion,
    profile: meta.profile,
    gatewayPort: meta.gatewayPort,
    workspaces,
    agentDirs,
  }
}

/** Decides what bringing a snapshot back onto a node takes. Pure. */
export function planRestore(facts: RestoreFacts, options: PlanOptions, stamp: PlanStamp): Plan {
  const { target, manifest } = facts
  const source = placeOfSnapshot(manifest)
  const input = rewriteInput({ source, target: placeOf(target, options.profile) }, options, facts)
  const { rewriting, problem } = planRewritesBack(input)
  const isBroken = problem !== null && options.components.includes('gateway')
  const bytes = Object.entries(manifest.sizes).reduce(
    (sum, [component, size]) => sum + (options.components.includes(component as never) ? size.bytes : 0),
    0,
  )
  const blockers = placeBlockers(target, { version: manifest.meta.openclawVersion, bytes })
  return {
    id: stamp.id,
    kind: 'restore',
    sentence: sentenceOf(facts),
    createdAt: stamp.now.toISOString(),
    source: null,
    target: target.record.id,
    snapshot: manifest.meta.id,
    relies: { [target.record.id]: target.digest },
    options,
    carried: Component.options.flatMap(component => {
      const size = manifest.sizes[component]
      if (size === undefined) return []
      const isChosen = options.components.includes(component)
      return [{ component, size, isChosen, what: contentsOf(component, manifest) }]
    }),
    leftOut: manifest.leftOut,
    rewrites: [...rewriting.rewrites],
    decisions: [...missingDecision(facts, options), ...rewriting.decisions],
    differences: [...facts.differences],
    blockers: [...blockers],
    notes: problem !== null && !isBroken ? [] : [...rewriting.notes],
    steps: blockers.length > 0 ? [] : stepsOf(facts, options, { rewriting, bytes, planId: stamp.id, isBroken }),
    wayBack: `A safety backup of ${target.record.label} comes first. If its gateway does not come up healthy, that is brought back by itself.`,
  }
}

/** What a component of the snapshot holds, by name where the snapshot knows names. */
function contentsOf(component: Component, { inventory, values, meta }: Manifest): string {
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))
  switch (component) {
    case 'agents':
      return list(inventory.agents)
    case 'credentials':
      return list(inventory.credentials)
    case 'cron':
      return list(inventory.cronJobs)
    case 'environment':
      return list(values.map(value => value.name))
    case 'gateway':
      return meta.era === 'sqlite' ? 'openclaw.json and the shared database' : 'openclaw.json'
    default:
      return ''
  }
}

function sentenceOf({ target, manifest, differences }: RestoreFacts): string {
  const count = (change: Difference['change']): number => differences.filter(row => row.change === change).length
  const changes = (['added', 'changed', 'removed', 'kept'] as const).flatMap(change =>
    count(change) === 0 ? [] : [`${count(change)} ${change}`],
  )
  const what = `Restore the backup of ${manifest.meta.nodeLabel} from ${momentText(manifest.meta.at)} onto ${target.record.label}`
  return changes.length === 0 ? `${what}.` : `${what}. Files: ${changes.join(', ')}.`
}

function missingDecision({ target, manifest }: RestoreFacts, options: PlanOptions): Plan['decisions'] {
  if (installOf(target) !== null) return []
  const chosen = options.decisions['install-openclaw']
  return [
    {
      id: 'install-openclaw',
      title: `OpenClaw is not installed on ${target.record.label}`,
      detail: 'The version of the backup can be installed with npm.',
      options: [
        {
          id: 'install',
          label: `Install OpenClaw ${manifest.meta.openclawVersion} with npm`,
          consequence: 'One more step, a few minutes at most.',
        },
      ],
      chosen: chosen === 'install' ? chosen : null,
    },
  ]
}

interface StepsPart {
  readonly rewriting: RewritePlan
  readonly bytes: number
  readonly planId: string
  /** The configuration is placed broken, as it was. */
  readonly isBroken: boolean
}

function stepsOf(
  { target, manifest }: RestoreFacts,
  options: PlanOptions,
  { rewriting, bytes, planId, isBroken }: StepsPart,
): Step[] {
  const theirs = profileOf(target, options.profile)
  const unit = gatewayService(theirs)
  const install = installOf(target)
  const judge = install ?? INSTALLED_LATER
  const version = manifest.meta.openclawVersion
  const isCrossing = manifest.meta.era !== 'sqlite' && compareVersions(install?.version ?? version, '2026.8.0') >= 0
  const snapshot = manifest.meta.id
  const present = theirs?.gateway.port ?? null
  const port = options.components.includes('gateway')
    ? portOf(rewriting.rewrites, manifest.meta.gatewayPort)
    : (present ?? manifest.meta.gatewayPort)
  const unitPart = { profile: options.profile, port, before: unit, planId }
  // A unit carries its port: with another one in the configuration, the gateway and its own tools would miss each other.
  const isInstalledAnew = unit === undefined || (unit.scope === 'user' && port !== null && port !== present)
  // A gateway would not start with a broken configuration; that each file is as it was is then all there is to prove.
  const running: readonly Step[] = [
    ...(isCrossing ? [doctorStep(target, judge, options.profile, true)] : []),
    validateStep(target, judge, options.profile),
    ...(namesPlugins(manifest, options) ? [pluginsStep(target, judge, options.profile)] : []),
    ...(unit === undefined && valueOf(target.survey.linger) !== true ? [lingerStep(target)] : []),
    ...(isInstalledAnew ? [installServiceStep(target, judge, unitPart)] : []),
    startStep(target, options.profile, unit ?? { name: unitName(options.profile), scope: 'user' }),
    healthStep(target, options.profile, install?.version ?? version),
    proveStep(target, options.profile, snapshot),
  ]
  return [
    captureStep(target, {
      id: 'safety',
      title: `Back up ${target.record.label} for safety`,
      detail: 'What is there now, so that it can be brought back.',
      profile: options.profile,
      components: options.components,
      reason: 'safety',
      bytes,
    }),
    ...(install === null ? [installOpenClawStep(target, version)] : []),
    stageStep(target, options.profile, snapshot, bytes),
    ...(theirs !== undefined && (unit !== undefined || isRunning(theirs))
      ? [stopStep(target, theirs, 'stop-target')]
      : []),
    commitStep(target, options.profile, snapshot),
    ...(isBroken ? [] : running),
    finishStep(target, options.profile, snapshot),
    ...(isInstalledAnew && !isBroken ? tidyStep(target, unitPart) : []),
  ]
}

/** Plugins stand in the snapshot, or their packages were left out of it as bound to their machine. */
function namesPlugins({ files, leftOut }: Manifest, { components }: PlanOptions): boolean {
  if (components.includes('plugins') && files.some(file => file.root === 'state' && /^extensions\/./.test(file.path))) {
    return true
  }
  return components.includes('gateway') && leftOut.some(({ path }) => /^npm(?:\/|$)/.test(path))
}
