import type { Command } from 'commander'
import { writeFile } from 'node:fs/promises'
import type { BackupSummary } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import { bytesText, countText } from '../../shared/units'
import { table } from './output'
import type { CommandContext } from './context'
import type { Act } from './program'

/** `ocm backups …`. */
export function addBackupCommands(program: Command, act: Act): void {
  const backups = program.command('backups').description('what has been backed up')
  backups.command('list').description('all backups, newest first').action(act(list))
  backups
    .command('show <backup>')
    .description('what a backup holds')
    .action(
      act(async ({ services, output }, [id = '']) => {
        const { values, ...manifest } = (await (await services.repository()).open(await fullId(services, id))).manifest
        const shown = { ...manifest, valueNames: values.map(value => value.name) }
        output.result(shown, () =>
          table(
            manifest.files.map(file => [file.component, file.kind, bytesText(file.size), `${file.root}/${file.path}`]),
          ),
        )
      }),
    )
  backups.command('verify [backup]').description('read every byte of one backup, or of all').action(act(verify))
  backups
    .command('export <backup> <file>')
    .description('write one backup to a file of its own; the recovery phrase opens it')
    .action(
      act(async ({ services, output }, [id = '', file = '']) => {
        await (await services.repository()).exportTo(await fullId(services, id), file)
        output.result({ file }, () => `Written to ${file}.`)
      }),
    )
  backups
    .command('import <file>')
    .description('take a backup from a file')
    .action(
      act(async ({ services, output }, [file = '']) => {
        const summary = await (await services.repository()).importFrom(file)
        output.result(summary, () => `Imported ${summary.id}.`)
      }),
    )
  backups
    .command('remove <backup>')
    .description('remove a backup for good')
    .action(
      act(async ({ services, output }, [id = '']) => {
        const full = await fullId(services, id)
        await (await services.repository()).remove(full)
        services.audit.append({ what: 'backup removed', nodeId: null, nodeLabel: null, text: full })
        output.result({ removed: full }, () => `Removed ${full}.`)
      }),
    )
  backups
    .command('recovery-sheet <file>')
    .description('write the recovery sheet; print it and keep it apart from this machine')
    .action(
      act(async ({ services, output }, [file = '']) => {
        await writeFile(file, await (await services.repository()).recoverySheet(), { mode: 0o600, flag: 'wx' })
        services.marks.set('recovery-sheet', new Date().toISOString())
        output.result({ file }, () => `Written to ${file}.`)
      }),
    )
}

/** A backup by its id or the beginning of it. */
export async function fullId(services: CommandContext['services'], id: string): Promise<string> {
  const found = (await services.refreshBackups()).filter(row => row.id.startsWith(id))
  const [only] = found
  if (only !== undefined && found.length === 1) return only.id
  throw new AppError(
    'backup-missing',
    found.length === 0 ? `There is no backup "${id}".` : `"${id}" fits ${found.length} backups.`,
    {
      hint: 'ocm backups list shows them.',
    },
  )
}

function row(summary: BackupSummary): readonly string[] {
  return [
    summary.id.slice(0, 8),
    summary.at,
    summary.nodeLabel,
    summary.reason,
    `OpenClaw ${summary.openclawVersion}`,
    countText(summary.files, 'file'),
    bytesText(summary.bytes),
    `+${bytesText(summary.storedBytes)}`,
    summary.problem === null ? summary.state : `${summary.state}: ${summary.problem}`,
  ]
}

async function list({ services, output }: CommandContext): Promise<void> {
  const all = await services.refreshBackups()
  output.result(all, () => (all.length === 0 ? 'No backups yet.' : table(all.map(row))))
}

async function verify({ services, output }: CommandContext, [id]: readonly (string | undefined)[]): Promise<void> {
  const all = await services.refreshBackups()
  const ids = id === undefined ? all.map(one => one.id) : [await fullId(services, id)]
  const repository = await services.repository()
  const results: BackupSummary[] = []
  for (const one of ids) results.push(await repository.verify(one))
  output.result(results, () => table(results.map(row)))
  const bad = results.find(one => one.state !== 'good')
  if (bad !== undefined) throw new AppError('backup-damaged', `${bad.id}: ${bad.problem ?? bad.state}`)
}
