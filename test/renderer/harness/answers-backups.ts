import type { Command } from '../../../shared/contract'
import { emit, info, putBackups, refuse, sleep, state, type Answers } from './fixture-state'

/** The backup folder. */
export const backupAnswers: Answers<Extract<Command, `backups.${string}`>> = {
  'backups.list': () => state.backups,
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
  'backups.importFile': () => null,
  'backups.saveRecoverySheet': () => {
    state.hasRecoverySheet = true
    emit('appChanged', info())
    return '/home/admin/ocm-recovery-sheet.html'
  },
}
