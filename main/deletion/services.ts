import { basename, dirname } from 'node:path/posix'
import type { DeletionItem } from '../../shared/deletion'
import type { Argv } from '../../shared/plan'
import { valueOf, type ServiceFacts, type Survey } from '../../shared/survey'
import { DEFAULT_STOP_LIMIT_MS } from '../openclaw/commands'

/** A service of systemd that a deletion stops and switches off. */
export interface UnitToEnd {
  /** With its suffix: `openclaw-gateway.service`. */
  readonly name: string
  readonly scope: 'user' | 'system'
  readonly isActive: boolean
  readonly isEnabled: boolean
  /** What the unit itself allows for a stop, in ms. */
  readonly stopLimitMs: number
}

const ENDED: ReadonlySet<string> = new Set(['inactive', 'failed'])

/** The services behind unit files that go. Only what is known to run or to be enabled is ever brought back. */
export function unitsToEnd(items: readonly DeletionItem[], survey: Survey): readonly UnitToEnd[] {
  const known = survey.profiles.flatMap(profile => profile.services)
  const units = items.flatMap(item => {
    const unit = item.kind === 'unit' && item.verdict === 'goes' ? unitOf(item) : null
    return unit === null ? [] : [withFacts(unit, known)]
  })
  return [...new Map(units.map(unit => [`${unit.scope}:${unit.name}`, unit])).values()]
}

/** The service a unit file defines; null for drop-ins, copies and links. A quadlet's service carries its name. */
function unitOf({ path, name }: DeletionItem): Pick<UnitToEnd, 'name' | 'scope'> | null {
  const at = path ?? name
  const file = basename(at).replace(/\.container$/, '.service')
  if (!file.endsWith('.service') || /\.(wants|requires|upholds|d)$/.test(dirname(at))) return null
  return { name: file, scope: /^\/(etc|usr(\/local)?\/lib|lib)\/systemd\/system\//.test(at) ? 'system' : 'user' }
}

function withFacts(unit: Pick<UnitToEnd, 'name' | 'scope'>, known: readonly ServiceFacts[]): UnitToEnd {
  const facts = known.find(service => service.scope === unit.scope && withSuffix(service.name) === unit.name)
  const active = facts === undefined ? undefined : valueOf(facts.activeState)
  return {
    ...unit,
    isActive: active !== undefined && !ENDED.has(active),
    isEnabled: facts !== undefined && valueOf(facts.isEnabled) === true,
    stopLimitMs: facts?.stopLimitMs ?? DEFAULT_STOP_LIMIT_MS,
  }
}

/** As systemd is asked for it; a survey names services without their suffix. */
export function withSuffix(name: string): string {
  return name.endsWith('.service') ? name : `${name}.service`
}

/** A command for systemd about one unit, in plain words. */
export function systemctl({ name, scope }: Pick<UnitToEnd, 'name' | 'scope'>, verb: string): Argv {
  return ['systemctl', ...(scope === 'user' ? ['--user'] : []), verb, '--', name]
}
