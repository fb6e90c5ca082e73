import { setTimeout as sleep } from 'node:timers/promises'
import type { Manifest } from '../../shared/backup'
import type { Plan, ProofRow } from '../../shared/plan'
import type { ProfileFacts, ServiceFacts } from '../../shared/survey'
import { MINUTE, SECOND } from '../../shared/units'
import { gatewayService } from '../openclaw/commands'
import { isFreeText } from '../openclaw/free-text'
import { configuredPort } from '../openclaw/rewrite'
import { installOf, profileOf, type NodeFacts } from '../plan/facts'
import { placeOf } from '../plan/rewrite-input'
import type { RemoteClient } from '../remote/types'
import { inventoryOf } from './inventory'
import type { PlacedFile } from './placement'
import { readTexts } from './read-texts'
import { snapshotId } from './snapshot-id'
import { done, type ActionContext, type Means, type Performer } from './types'

/** Files of a state directory that a configuration may include. */
const MAY_BE_INCLUDED = /^(?:[^/]+|config\/.+)\.json5?$/

/** So long a gateway that was live may take to answer again. */
const SETTLE_MS = MINUTE

/** Compares what the snapshot held with what the node shows now, and searches for paths of the source. */
export const prove: Performer<'prove'> = async (action, context, means) => {
  const repository = await means.repository()
  const reader = await repository.open(snapshotId(action.snapshot, context))
  const facts = await lookOnceLive(action, context, means)
  const profile = profileOf(facts, action.profile)
  const rows: ProofRow[] = [
    row('The gateway answers', 'live', profile?.gateway.health ?? 'unknown'),
    ...(await portRow()),
    ...versionRow(expectedVersion(context.plan), installOf(facts)?.version ?? 'unknown'),
    ...inventoryRows(reader.manifest, profile, context.plan.options),
    ...(await pathRows()),
  ]
  context.saveProof(rows)
  const bad = rows.filter(item => item.verdict === 'differs')
  const unknown = rows.filter(item => item.verdict === 'unknown')
  if (bad.length > 0) {
    return {
      state: 'failed',
      note: `${bad.length} of ${rows.length} rows differ.`,
      error: { code: 'check-failed', message: `Not proven: ${bad.map(item => item.what).join(', ')}.` },
    }
  }
  if (unknown.length > 0) return { state: 'unknown', note: `${unknown.length} rows could not be asked.` }
  return done(`${rows.length} of ${rows.length} rows hold.`)

  async function portRow(): Promise<readonly ProofRow[]> {
    if (profile === undefined) return []
    const files = context.placement()?.files ?? []
    const configured = await means.remotes.use(action.nodeId, remote =>
      readConfigured(remote, { profile, facts, files }),
    )
    const expected = expectedPort(context.plan, { configured, unit: gatewayService(profile) })
    if (expected === null) return []
    return [row('The port that answers is the configured one', String(expected), answeringPort(profile))]
  }

  async function pathRows(): Promise<ProofRow[]> {
    const placement = context.placement()
    if (placement === null || placement.needles.length === 0) return []
    const hits: { readonly file: string; readonly where: string }[] = []
    await means.remotes.use(action.nodeId, remote =>
      remote.request(
        'search',
        { roots: placement.roots, needles: placement.needles },
        {
          limitMs: context.limitMs,
          signal: context.signal,
          onItem: item => void hits.push(...item.hits),
        },
      ),
    )
    return [leftRow(hits)]
  }
}

/** Old paths in settings are a fault; in free text they are the person's, and only named. */
function leftRow(hits: readonly { readonly file: string; readonly where: string }[]): ProofRow {
  const what = 'Paths that exist only on the source'
  const list = (places: typeof hits): string =>
    [...new Set(places.map(({ file, where }) => `${file}: ${where}`))].slice(0, 20).join('; ')
  const faults = hits.filter(({ file, where }) => !isFreeText(file, where))
  if (faults.length > 0) return row(what, 'none', list(faults))
  if (hits.length === 0) return row(what, 'none', 'none')
  return { what, expected: 'none', found: `none but in free text, yours to change: ${list(hits)}`, verdict: 'proven' }
}

/** The port that the files on the node name. @throws AppError `config-invalid`. */
async function readConfigured(
  remote: RemoteClient,
  {
    profile,
    facts,
    files,
  }: { readonly profile: ProfileFacts; readonly facts: NodeFacts; readonly files: readonly PlacedFile[] },
): Promise<number | null> {
  if (profile.configPath !== `${profile.stateDir}/openclaw.json`) return null
  const included = files.flatMap(({ root, path }) => (root === 'state' && MAY_BE_INCLUDED.test(path) ? [path] : []))
  const texts = await readTexts(remote, { state: profile.stateDir }, [
    ...new Set(['openclaw.json', '.env', ...included]),
  ])
  return configuredPort(texts, placeOf(facts, profile.name))
}

/**
 * A service that this run installed has to listen where the configuration says. One that it found, or brings back as it was,
 * may have been told another port by whoever made it, and that is what it then uses.
 */
function expectedPort(
  { kind, steps }: Plan,
  { configured, unit }: { readonly configured: number | null; readonly unit: ServiceFacts | undefined },
): number | null {
  const isInstalled = steps.some(({ action }) => action.type === 'service' && action.verb === 'install')
  const told = Number(unit?.execStart[unit.execStart.indexOf('--port') + 1 || unit.execStart.length])
  return (isInstalled && kind !== 'return') || !Number.isInteger(told) ? configured : told
}

function answeringPort({ gateway }: ProfileFacts): string {
  if (gateway.health === 'unknown' || gateway.port === null) return 'unknown'
  return gateway.health === 'live' ? String(gateway.port) : 'none answers'
}

function versionRow(expected: string | null, found: string): readonly ProofRow[] {
  return expected === null ? [] : [row('OpenClaw version', expected, found)]
}

/** The version the plan was made for, as its health step names it. */
function expectedVersion(plan: Plan): string | null {
  const http = plan.steps.find(step => step.action.type === 'http')?.action
  return http?.type === 'http' ? http.expectVersion : null
}

function row(what: string, expected: string, found: string): ProofRow {
  return { what, expected, found, verdict: found === 'unknown' ? 'unknown' : expected === found ? 'proven' : 'differs' }
}

/**
 * A gateway that has just started may miss one health check while it loads. So the look is repeated for a while, and the
 * last one counts.
 */
async function lookOnceLive(
  action: Parameters<Performer<'prove'>>[0],
  context: ActionContext,
  means: Means,
): Promise<NodeFacts> {
  const until = performance.now() + SETTLE_MS
  for (;;) {
    const facts = await means.look(action.nodeId, context.signal)
    const isLive = profileOf(facts, action.profile)?.gateway.health === 'live'
    if (isLive || performance.now() > until || context.signal.aborted) return facts
    context.note('Waiting for the gateway to answer')
    await sleep(2 * SECOND)
  }
}

/** Every carried name must be found; what the target's OpenClaw adds by itself is no difference. */
function inventoryRows(
  { inventory: carried, meta }: Manifest,
  profile: ProfileFacts | undefined,
  options: { readonly components: readonly string[]; readonly mode: 'move' | 'clone' },
): ProofRow[] {
  const found = inventoryOf(profile)
  const isClone = options.mode === 'clone'
  const parts = [
    { part: 'agents', what: 'Agents', names: carried.agents, there: found.agents, fact: profile?.agents },
    { part: 'cron', what: 'Cron jobs', names: carried.cronJobs, there: found.cronJobs, fact: profile?.cron },
    { part: 'gateway', what: 'Channels', names: carried.channels, there: found.channels, fact: profile?.channels },
    {
      part: 'credentials',
      what: 'Credentials',
      names: isClone ? carried.credentials.filter(keptByClone) : carried.credentials,
      there: found.credentials,
      fact: profile?.credentials,
    },
  ]
  return parts
    .filter(({ part }) => options.components.includes(part))
    .map(({ what, names, there, fact }) => {
      const isCrossing = profile !== undefined && meta.era !== profile.era
      const missing = names.filter(name => !there.some(other => isSame(name, other, isCrossing)))
      const expected = String(names.length)
      // What could not be counted is unknown, never "none".
      if (fact?.state === 'unknown') return { what, expected, found: 'unknown', verdict: 'unknown' as const }
      const count = String(names.length - missing.length)
      return {
        what,
        expected,
        found: missing.length === 0 ? count : `${count}, without ${missing.join(', ')}`,
        verdict: missing.length === 0 ? ('proven' as const) : ('differs' as const),
      }
    })
}

/** When OpenClaw imports files into databases, the file of paired devices becomes a row for each. */
function isSame(carried: string, found: string, isCrossing: boolean): boolean {
  return carried === found || (isCrossing && carried.startsWith('paired-') && found.startsWith('paired-'))
}

/** A clone gets identity and pairing of its own, so those of the source are not expected there. */
function keptByClone(name: string): boolean {
  return !/identity|device|pairing/.test(name)
}
