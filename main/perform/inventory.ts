import type { Inventory } from '../../shared/backup'
import type { ProfileFacts } from '../../shared/survey'
import { valueOf } from '../../shared/survey'

/** What a proof counts: agents, channel accounts, the person's own cron jobs, and credentials by name. Sorted. */
export function inventoryOf(profile: ProfileFacts | undefined): Inventory {
  const sorted = (names: readonly string[] | undefined): string[] => [...(names ?? [])].sort()
  return {
    agents: sorted(profile && valueOf(profile.agents)?.map(agent => agent.id)),
    channels: sorted(profile && valueOf(profile.channels)?.map(channel => `${channel.kind}:${channel.account}`)),
    cronJobs: sorted(profile && valueOf(profile.cron)?.flatMap(job => (job.isSystem ? [] : [job.name]))),
    credentials: sorted(profile && valueOf(profile.credentials)?.map(item => `${item.kind}:${item.name}`)),
  }
}
