import { AppError } from '../../shared/errors'
import { SECOND } from '../../shared/units'
import type { Plan } from '../../shared/plan'
import { markOf, runScript, type Script } from '../remote/powershell'
import type { Means } from './types'

/** Marks the commands of a run on its nodes; read from the words of the `timeout` that holds each to its limit. */
const MARK = 'OCM_RUN'

/** For the environment of every command that a run starts on a node. */
export function runMark(operationId: string): Readonly<Record<string, string>> {
  return { [MARK]: operationId }
}

/**
 * Asks each command to end, then ends it. `timeout` hands the signal on to all that its command started, unless that went
 * into a group of its own, as a gateway does. Ends with 1 while one is left. Without /proc nothing is found.
 */
const END_LEFT = [
  // Put together here: as one of its own words the mark would make this script find itself.
  `mark=${MARK}=$1`,
  'left() {',
  '  grep -lzFx -- "$mark" /proc/[0-9]*/cmdline 2>/dev/null | while read -r file; do',
  `    tr '\\0' '\\n' 2>/dev/null < "$file" | head -n 1 | grep -q 'timeout$' || continue`,
  '    file=${file#/proc/}',
  '    echo "${file%/cmdline}"',
  '  done',
  '}',
  'for pid in $(left); do kill -TERM "$pid" 2>/dev/null; done',
  'tries=0',
  'while [ -n "$(left)" ] && [ "$tries" -lt 20 ]; do sleep 1; tries=$((tries + 1)); done',
  '[ -z "$(left)" ]',
].join('\n')

/**
 * The same on Windows: a PowerShell whose encoded script begins with the mark, and all that it started. A number may be used
 * again, so that only what began after its parent counts as started by it.
 */
const END_MARKED = `
  function Get-Left {
    $all = @(Get-CimInstance Win32_Process)
    $self = @($all | Where-Object { $_.ProcessId -eq $PID -and $_.CommandLine })
    if ($self.Count -eq 0) { throw 'The processes are not told.' }
    $left = @($all | Where-Object {
      $_.Name -eq 'powershell.exe' -and $_.ProcessId -ne $PID -and "$($_.CommandLine)".Contains($asked.mark)
    })
    for ($at = 0; $at -lt $left.Count; $at++) {
      $parent = $left[$at]
      $left += @($all | Where-Object {
        $_.ParentProcessId -eq $parent.ProcessId -and $_.CreationDate -ge $parent.CreationDate
      })
    }
    return $left
  }
  for ($try = 0; $try -lt 20; $try++) {
    $left = @(Get-Left)
    if ($left.Count -eq 0) { exit 0 }
    foreach ($process in $left) { Stop-Process -Id $process.ProcessId -Force -ErrorAction SilentlyContinue }
    Start-Sleep -Seconds 1
  }
  exit 1
`

function endMarked(operationId: string): Script {
  return { purpose: 'left', text: END_MARKED, data: { mark: markOf(operationId) } }
}

/**
 * Ends what an earlier attempt of a run left running on a node: a command outlives the OCM that started it, and would undo
 * what is done after it.
 * @throws AppError `check-failed` when one does not end, and whatever keeps the node from being reached.
 */
export async function endLeftCommands(
  nodeId: string,
  operationId: string,
  { pool }: Pick<Means, 'pool'>,
  platform?: Plan['platform'],
): Promise<void> {
  const { code } = await pool.use(nodeId, (connection): Promise<{ readonly code: number }> =>
    platform === 'win32'
      ? runScript(connection, endMarked(operationId), { limitMs: 60 * SECOND })
      : connection.exec(['sh', '-c', END_LEFT, 'sh', operationId], { limitMs: 60 * SECOND }),
  )
  if (code !== 0) {
    throw new AppError('check-failed', 'A command of this run still works on the node and does not end.', {
      hint: 'Look at what runs on the node, then try again.',
    })
  }
}
