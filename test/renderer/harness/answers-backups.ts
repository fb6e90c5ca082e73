import type { BackupSummary } from '../../../shared/backup'
import type { Command } from '../../../shared/contract'
import { BACKUPS } from './fixture-data'
import { emit, info, putBackups, refuse, sleep, state, type Answers } from './fixture-state'

const TICKET = '00000000-0000-4000-8000-00000000f11e'
/** Only its length is looked at here, so that nothing but the window could keep it. */
const PHRASE_LETTERS = 30

function checkPhrase(phrase: string): void {
  if (phrase.replaceAll('-', '').length === PHRASE_LETTERS) return
  refuse(
    'bad-input',
    'This is not a recovery phrase, or a letter of it is wrong.',
    'It has six groups of five letters and digits. Compare it with the recovery sheet, group by group.',
  )
}

/** The backup folder. */
export const backupAnswers: Answers<Extract<Command, `backups.${string}`>> = {
  'backups.list': () =>
    state.isLocked
      ? refuse(
          'key-missing',
          'The key to this backup folder is not in this keychain.',
          'Unlock the folder with the recovery phrase from its recovery sheet.',
        )
      : state.backups,
  'backups.show': ({ backupId }) => {
    const summary = state.backups.find(one => one.id === backupId) ?? refuse('not-found', 'No such backup.')
    return {
      meta: {
        format: 1,
        id: summary.id,
        at: summary.at,
        nodeId: summary.nodeId,
        nodeLabel: summary.nodeLabel,
        profile: summary.profile,
        reason: summary.reason,
        os: { platform: 'linux', arch: 'x64', user: 'claw', home: '/home/claw', hostname: summary.nodeLabel },
        stateDir: '/home/claw/.openclaw',
        roots: { state: '/home/claw/.openclaw' },
        openclawVersion: summary.openclawVersion,
        nodeVersion: '26.1.0',
        era: summary.era,
        gatewayPort: 18789,
        components: summary.components,
      },
      inventory: {
        agents: ['main', 'research'],
        channels: ['telegram:default'],
        cronJobs: ['Morning briefing', 'Disk report', 'Mail digest'],
        credentials: ['anthropic:default', 'openai:work'],
      },
      sizes: { gateway: { bytes: 24_100, files: 6 }, agents: { bytes: 3_400_000, files: 22 } },
      files: [],
      leftOut: [{ path: 'cache/control-ui-assets', why: 'Made again at the next start', bytes: 54_000_000 }],
      verify: { files: 5312, bytes: summary.bytes, chunks: 5400 },
      valueNames: ['ANTHROPIC_API_KEY', 'TZ'],
    }
  },
  'backups.verify': async ({ backupId }) => {
    await sleep(200)
    const verifiedAt = new Date().toISOString()
    putBackups(state.backups.map(one => (one.id === backupId ? { ...one, state: 'good', verifiedAt } : one)))
    return state.backups.find(one => one.id === backupId) ?? refuse('not-found', 'No such backup.')
  },
  'backups.remove': ({ backupId }) => {
    putBackups(state.backups.filter(one => one.id !== backupId))
  },
  'backups.exportFile': () => '/home/admin/pc-a.ocmbackup',
  'backups.unlock': async ({ phrase }) => {
    await sleep(40)
    checkPhrase(phrase)
    state.isLocked = false
    putBackups(state.backups)
  },
  'backups.importFile': () => ({ state: 'locked', ticket: TICKET, file: 'pc-a.ocmbackup' }),
  'backups.importLocked': async ({ phrase }) => {
    await sleep(40)
    checkPhrase(phrase)
    const [model] = BACKUPS
    if (model === undefined) return refuse('not-found', 'No such backup.')
    const imported: BackupSummary = { ...model, id: crypto.randomUUID(), reason: 'import' }
    putBackups([imported, ...state.backups])
    return imported
  },
  'backups.saveRecoverySheet': () => {
    state.hasRecoverySheet = true
    emit('appChanged', info())
    return '/home/admin/ocm-recovery-sheet.html'
  },
}
