import type { Deletion } from '../../shared/deletion'
import { valueOf, type Known, type ProfileFacts, type ServiceFacts, type Survey } from '../../shared/survey'

type Holding = NonNullable<Deletion['holds']>[number]

/** What the profiles that go hold and run, in words, as the survey saw it: names where there are any, else how many. */
export function holdingsOf(survey: Survey, profiles: readonly string[]): readonly Holding[] {
  return survey.profiles.filter(({ name }) => profiles.includes(name)).flatMap(ofProfile)
}

function ofProfile(profile: ProfileFacts): readonly Holding[] {
  const holding = (what: string, found: string): Holding => ({ profile: profile.name, what, found })
  const counted = (what: string, names: Known<readonly string[]>): Holding =>
    holding(
      what,
      names.state === 'unknown' ? `not known: ${names.why}` : [names.value.length, ...names.value].join(' · '),
    )
  return [
    ...profile.services.map(service => holding('Service', stateOf(service))),
    counted(
      'Agents',
      names(profile.agents, list => list.map(({ id }) => id)),
    ),
    holding('Sessions', sessionsOf(profile)),
    counted(
      'Channels',
      names(profile.channels, list => list.map(({ kind, account }) => `${kind} ${account}`)),
    ),
    counted(
      'Cron jobs',
      names(profile.cron, list => list.filter(job => !job.isSystem).map(({ name }) => name)),
    ),
  ]
}

function names<T>(fact: Known<readonly T[]>, of: (list: readonly T[]) => readonly string[]): Known<readonly string[]> {
  return fact.state === 'unknown' ? fact : { state: 'known', value: of(fact.value) }
}

function stateOf({ name, scope, activeState, isEnabled }: ServiceFacts): string {
  const active = valueOf(activeState) ?? 'state not known'
  const starts = valueOf(isEnabled)
  const start = starts === undefined ? 'start not known' : starts ? 'starts by itself' : 'does not start by itself'
  return `${name} (${scope}): ${active}, ${start}`
}

function sessionsOf({ agents }: ProfileFacts): string {
  if (agents.state === 'unknown') return `not known: ${agents.why}`
  const counts = agents.value.map(({ sessions }) => sessions)
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0)
  return counts.includes(null) ? `at least ${sum}; not all could be counted` : String(sum)
}
