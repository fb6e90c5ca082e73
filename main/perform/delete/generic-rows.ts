import type { Deletion } from '../../../shared/deletion'
import type { ProofRow } from '../../../shared/plan'
import type { Testimony } from '../../remote/witness'

/** Rows about what nobody may have known of: what the plan leaves alone is expected, all else is not. */
export function genericRows(deletion: Deletion, seen: Testimony): readonly ProofRow[] {
  return [processesRow(deletion, seen), unitsRow(deletion, seen), ...commandRows(deletion, seen)]
}

function listRow(what: string, found: readonly string[]): ProofRow {
  return {
    what,
    expected: 'none',
    found: found.length === 0 ? 'none' : found.join(', '),
    verdict: found.length === 0 ? 'proven' : 'differs',
  }
}

function processesRow(_deletion: Deletion, { processes }: Testimony): ProofRow {
  const what = 'Processes of OpenClaw'
  if (processes.state === 'unknown') {
    return { what, expected: 'none', found: `unknown: ${processes.why}`, verdict: 'unknown' }
  }
  return listRow(
    what,
    processes.value.map(({ pid, argv }) => `${argv[0] ?? ''} (pid ${pid})`),
  )
}

function unitsRow(deletion: Deletion, { units }: Testimony): ProofRow {
  const staying = new Set(deletion.items.filter(item => item.verdict !== 'goes').flatMap(item => item.path ?? []))
  return listRow(
    'Service definitions of OpenClaw',
    units.filter(path => !staying.has(path)),
  )
}

function commandRows(deletion: Deletion, { commands }: Testimony): readonly ProofRow[] {
  const staying = new Set(
    deletion.items.filter(item => item.kind === 'package' && item.verdict !== 'goes').flatMap(item => item.paths),
  )
  const shells = [
    ['The command openclaw in a plain shell', commands.plain],
    ['The command openclaw in a login shell', commands.login],
  ] as const
  return shells.map(([what, path]) => listRow(what, path === null || staying.has(path) ? [] : [path]))
}
