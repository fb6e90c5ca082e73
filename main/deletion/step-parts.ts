import type { DeletionItem, DeletionOptions, DeletionPeer, DeletionVerb } from '../../shared/deletion'
import type { Action, Argv } from '../../shared/plan'
import type { ServiceFacts, Size } from '../../shared/survey'
import { bytesText, countText, MINUTE, SECOND } from '../../shared/units'
import { nativePath } from '../../shared/windows-words'
import type { NodeFacts } from '../plan/facts'
import { HEALTH_LIMIT_MS } from '../plan/steps'
import { managerCommand, startCommands, unitOfService, type UnitToEnd } from './services'

/** What the eleven steps are made from. */
export interface StepParts {
  readonly node: NodeFacts
  /** Those that go. */
  readonly items: readonly DeletionItem[]
  readonly units: readonly UnitToEnd[]
  readonly profiles: readonly string[]
  readonly options: DeletionOptions
  readonly isWhole: boolean
  readonly bots: number
  /** Records on other nodes that go too. */
  readonly peers: readonly DeletionPeer[]
}

/** A step that says nothing else may take so long. */
export const DEFAULT_LIMIT_MS = 30 * SECOND
/** A slow disk still removes a file in this time. */
const FILE_MS = 5

/** The id and the action of one of the eleven steps. */
export function stepOf(
  { node }: StepParts,
  verb: DeletionVerb,
  items: readonly DeletionItem[],
  commands: readonly Argv[],
): { readonly id: string; readonly action: Action } {
  return {
    id: verb,
    action: {
      type: 'delete',
      nodeId: node.record.id,
      verb,
      items: items.map(item => item.id),
      commands: commands.map(words => [...words]),
    },
  }
}

/** What brings these services back, if any. */
export function undoOf(
  { node, items }: StepParts,
  verb: 'start' | 'enable',
  units: readonly UnitToEnd[],
): { readonly undo?: Action } {
  if (units.length === 0) return {}
  return {
    undo: {
      type: 'quarantine',
      nodeId: node.record.id,
      verb,
      items: serviceFiles(items).map(item => item.id),
      days: 0,
      commands: units
        .flatMap(unit => (verb === 'start' ? startCommands(unit) : [managerCommand(unit, verb)]))
        .map(words => [...words]),
      ...(verb === 'start' ? { gateways: liveGateways(node, units) } : {}),
    },
  }
}

/** Gateways of these services that answered: they have to be brought back to that. */
function liveGateways(
  { survey }: NodeFacts,
  units: readonly UnitToEnd[],
): { readonly profile: string; readonly limitMs: number }[] {
  const isAmong = (service: ServiceFacts): boolean => {
    const { name, scope } = unitOfService(service, survey)
    return service.kind === 'gateway' && units.some(unit => unit.name === name && unit.scope === scope)
  }
  return survey.profiles
    .filter(({ gateway, services }) => gateway.health === 'live' && services.some(isAmong))
    .map(({ name }) => ({ profile: name, limitMs: HEALTH_LIMIT_MS }))
}

/** Unit files that define a service. */
export function serviceFiles(items: readonly DeletionItem[]): readonly DeletionItem[] {
  return items.filter(({ kind }) => kind === 'unit')
}

/** What a step says of root, if it needs it; false when it does not. */
export function asRoot(
  { canSudo, survey }: NodeFacts,
  needing: readonly { readonly scope?: string; readonly needsRoot?: boolean }[],
): string | false {
  const isNeeded = needing.some(one => one.needsRoot ?? one.scope === 'system')
  if (!isNeeded || survey.os.uid === 0) return false
  if (survey.os.platform === 'win32') return 'Only an administrator may, and OCM becomes none: that is left to you.'
  return canSudo
    ? 'With sudo, where root owns it; the password goes to its standard input.'
    : 'Root is needed, and no sudo password is stored: store one, or do it by hand.'
}

/** A limit for removing these: half a minute, plus what a slow disk needs. */
export function removalLimitMs(items: readonly DeletionItem[]): number {
  return DEFAULT_LIMIT_MS + sizeOf(items).files * FILE_MS + (items.some(item => item.size === null) ? 10 * MINUTE : 0)
}

/** All of these together. */
export function sizeOf(items: readonly DeletionItem[]): Size {
  return {
    bytes: items.reduce((sum, item) => sum + (item.size?.bytes ?? 0), 0),
    files: items.reduce((sum, item) => sum + (item.size?.files ?? 0), 0),
  }
}

/** `2.1 GB, 20,000 files`. */
export function sizeText({ bytes, files }: Size): string {
  return `${bytesText(bytes)}, ${countText(files, 'file')}`
}

/** Paths, or names of what has none. */
export function names(items: readonly DeletionItem[]): string {
  return items.map(item => nativePath(item.path ?? item.name)).join(', ')
}

/** Those that hold, one after the other. */
export function sentences(...parts: readonly (string | false)[]): string {
  return parts.filter(part => part !== false).join(' ')
}

/** Whether launchd runs the services. */
export function isMac({ node }: Pick<StepParts, 'node'>): boolean {
  return node.survey.os.platform === 'darwin'
}

/** Whether the task scheduler of Windows does. */
export function isWindows({ node }: Pick<StepParts, 'node'>): boolean {
  return node.survey.os.platform === 'win32'
}
