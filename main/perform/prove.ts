import type { Inventory } from '../../shared/backup'
import type { Plan, ProofRow } from '../../shared/plan'
import { installOf, profileOf } from '../plan/facts'
import { inventoryOf } from './inventory'
import { snapshotId } from './place'
import { done, type Performer } from './types'

/** Compares what the snapshot held with what the node shows now, and searches for paths of the source. */
export const prove: Performer<'prove'> = async (action, context, means) => {
  const repository = await means.repository()
  const reader = await repository.open(snapshotId(action.snapshot, context))
  const facts = await means.look(action.nodeId, context.signal)
  const profile = profileOf(facts, action.profile)
  const rows: ProofRow[] = [
    row('The gateway answers', 'live', profile?.gateway.health ?? 'unknown'),
    ...versionRow(expectedVersion(context.plan), installOf(facts)?.version ?? 'unknown'),
    ...inventoryRows(reader.manifest.inventory, inventoryOf(profile), context.plan.options),
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

  async function pathRows(): Promise<ProofRow[]> {
    const placement = context.placement()
    if (placement === null || placement.needles.length === 0) return []
    const hits: string[] = []
    await means.remotes.use(action.nodeId, remote =>
      remote.request(
        'search',
        { roots: placement.roots, needles: placement.needles },
        {
          limitMs: context.limitMs,
          signal: context.signal,
          onItem: item => void hits.push(...item.hits.map(hit => `${hit.file}: ${hit.where}`)),
        },
      ),
    )
    return [
      row('Paths that exist only on the source', 'none', hits.length === 0 ? 'none' : hits.slice(0, 20).join('; ')),
    ]
  }
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

/** Every carried name must be found; what the target's OpenClaw adds by itself is no difference. */
function inventoryRows(
  carried: Inventory,
  found: Inventory,
  options: { readonly components: readonly string[]; readonly mode: 'move' | 'clone' },
): ProofRow[] {
  const rows: ProofRow[] = []
  const add = (what: string, names: readonly string[], there: readonly string[]): void => {
    const missing = names.filter(name => !there.includes(name))
    rows.push({
      what,
      expected: `${names.length}`,
      found:
        missing.length === 0 ? `${names.length}` : `${names.length - missing.length}, without ${missing.join(', ')}`,
      verdict: missing.length === 0 ? 'proven' : 'differs',
    })
  }
  const has = (component: string): boolean => options.components.includes(component)
  if (has('agents')) add('Agents', carried.agents, found.agents)
  if (has('cron')) add('Cron jobs', carried.cronJobs, found.cronJobs)
  if (has('gateway')) add('Channels', carried.channels, found.channels)
  if (has('credentials'))
    add(
      'Credentials',
      options.mode === 'clone' ? carried.credentials.filter(keptByClone) : carried.credentials,
      found.credentials,
    )
  return rows
}

/** A clone gets identity and pairing of its own, so those of the source are not expected there. */
function keptByClone(name: string): boolean {
  return !/identity|device|pairing/.test(name)
}
