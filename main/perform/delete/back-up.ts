import { DEFAULT_COMPONENTS, OPTIONAL_COMPONENTS } from '../../../shared/components'
import { MINUTE } from '../../../shared/units'
import { capture } from '../capture'
import { done, type Outcome } from '../types'
import { lastLine, run, uidOf } from './commands'
import type { Part, VerbPerformer } from './part'

/** Under this name a run keeps where the copy on the node lies. */
const COPY = 'deletion-copy'

/**
 * Takes a full backup of every profile that goes, read back and verified, before anything is deleted. A waiver of the admin
 * passes it over. Then, where wanted, leaves a copy of the configuration on the node itself.
 */
export const backUp: VerbPerformer = async part => {
  const { options, profiles } = part.deletion
  if (options.waiveBackup) return done('No backup: the admin waived it.')
  const notes: string[] = []
  for (const profile of profiles) {
    if (stateDirsOf(part, profile).length === 0) {
      notes.push(`${profile}: nothing is there to back up.`)
      continue
    }
    const { state, note, error } = await captureProfile(part, profile)
    if (state !== 'done') return { state, note: `${profile}: ${note}`, ...(error === undefined ? {} : { error }) }
    notes.push(`${profile}: ${note}`)
  }
  if (options.keepCopyOnNode) {
    const copy = await leaveCopy(
      part,
      profiles.flatMap(profile => stateDirsOf(part, profile)),
    )
    if (copy.state !== 'done') return copy
    notes.push(copy.note)
  }
  return done(notes.join(' '))
}

/** A profile of which nothing lies on disk, as after a removal by hand, has nothing to back up. */
function stateDirsOf({ deletion }: Part, profile: string): readonly string[] {
  return deletion.items.flatMap(item =>
    item.kind === 'state' && item.profile === profile && item.path !== null ? [item.path] : [],
  )
}

function captureProfile(part: Part, profile: string): Promise<Outcome> {
  return capture(
    {
      type: 'capture',
      nodeId: part.nodeId,
      profile,
      components: [...DEFAULT_COMPONENTS, ...OPTIONAL_COMPONENTS],
      reason: 'deletion',
      as: `deletion:${profile}`,
    },
    part.context,
    part.means,
  )
}

/**
 * Copies the configuration, credentials and schedules of each state directory (from the third word on) into a new private
 * folder (the first word). A second try goes on in the folder of the first: the second word is then `again`.
 */
const LEAVE_COPY = `
umask 077
copy=$1
if [ "$2" = again ] && [ -d "$copy" ] && [ -O "$copy" ] && [ ! -L "$copy" ]; then :; else mkdir -m 0700 -- "$copy" || exit 1; fi
shift 2
for state in "$@"; do
  into=$copy/$(basename -- "$state")
  mkdir -p -- "$into" || exit 1
  for name in openclaw.json openclaw.json.last-good clawdbot.json moltbot.json .env secrets.json credentials identity devices nodes node.json exec-approvals.json cron state; do
    [ -e "$state/$name" ] || continue
    cp -RPp -- "$state/$name" "$into/" || exit 1
  done
done
chmod 0700 -- "$copy"
`

async function leaveCopy(part: Part, stateDirs: readonly string[]): Promise<Outcome> {
  const { context } = part
  const uid = await uidOf(part)
  const before = context.data(COPY)
  const path = before === null ? newCopyPath(context.operation().startedAt) : String(JSON.parse(before))
  context.saveData(COPY, JSON.stringify(path))
  const words = [path, before === null ? 'new' : 'again', ...stateDirs]
  const result = await run(part, uid, ['sh', '-c', LEAVE_COPY, 'sh', ...words], Math.min(10 * MINUTE, context.limitMs))
  if (result.code === 0) return done(`A copy of the configuration lies in ${path} on the node.`)
  return {
    state: 'failed',
    note: `The copy on the node could not be made: ${lastLine(result)}.`,
    error: {
      code: /no space left|quota/i.test(result.stderr) ? 'disk-full' : 'check-failed',
      message: `The copy under ${path} could not be made: ${lastLine(result)}.`,
      hint: 'Make room on the node, or leave the copy out; the backup in OCM is made in any case.',
    },
  }
}

/** `/tmp/openclaw-backup-<timestamp>`, the moment as digits. */
function newCopyPath(startedAt: string): string {
  return `/tmp/openclaw-backup-${startedAt.replace(/\D/g, '').slice(0, 14)}`
}
