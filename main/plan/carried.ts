import type { Component } from '../../shared/components'
import { DEFAULT_COMPONENTS, OPTIONAL_COMPONENTS } from '../../shared/components'
import type { Plan, PlanOptions } from '../../shared/plan'
import type { ProfileFacts, Size } from '../../shared/survey'
import { valueOf } from '../../shared/survey'
import { carriedAgentDirs } from './facts'

const NONE: Size = { bytes: 0, files: 0 }

/** What each component of a profile would carry, with its size, whether chosen or not. */
export function carriedFrom(profile: ProfileFacts, options: PlanOptions): Plan['carried'] {
  const sizes = valueOf(profile.sizes) ?? {}
  return [...DEFAULT_COMPONENTS, ...OPTIONAL_COMPONENTS].map(component => ({
    component,
    size: sizeOf(component, profile, sizes[component] ?? NONE),
    isChosen: options.components.includes(component),
    what: describe(component, profile),
  }))
}

/** With what lies outside the state directory. */
function sizeOf(component: Component, profile: ProfileFacts, inside: Size): Size {
  const outside =
    component === 'workspaces'
      ? profile.workspaces.filter(workspace => workspace.isOutside)
      : component === 'agents'
        ? carriedAgentDirs(profile)
        : []
  return outside.reduce((sum, { size }) => ({ bytes: sum.bytes + size.bytes, files: sum.files + size.files }), inside)
}

function describe(component: Component, profile: ProfileFacts): string {
  const list = (items: readonly string[] | undefined): string =>
    items === undefined ? 'unknown' : items.length === 0 ? 'none' : items.join(', ')
  switch (component) {
    case 'gateway':
      return profile.era === 'sqlite' ? 'openclaw.json and the shared database' : 'openclaw.json'
    case 'agents':
      return list(valueOf(profile.agents)?.map(({ id }) => agentInWords(id, profile)))
    case 'credentials':
      return list(valueOf(profile.credentials)?.map(credential => credential.name))
    case 'cron':
      return list(valueOf(profile.cron)?.flatMap(job => (job.isSystem ? [] : [job.name])))
    case 'environment':
      return list(valueOf(profile.environmentNames))
    case 'service':
      return list(profile.services.map(service => service.name))
    case 'workspaces':
      return list(profile.workspaces.map(workspace => workspace.path))
    case 'sessions':
      return profile.era === 'sqlite'
        ? 'Cold transcripts; current ones live in each agent’s database and travel with it'
        : 'Session stores and transcripts'
    case 'memory':
      return 'Memory indexes'
    case 'plugins':
      return 'Installed plugins, skills and hooks, without their node_modules'
    case 'media':
      return 'Received and sent media'
  }
}

function agentInWords(id: string, profile: ProfileFacts): string {
  const folder = carriedAgentDirs(profile).find(({ agent }) => agent === id)
  return folder === undefined ? id : `${id} (from ${folder.path})`
}

/** Bytes of the chosen components. */
export function chosenBytes(carried: Plan['carried']): number {
  return carried.reduce((sum, part) => sum + (part.isChosen ? part.size.bytes : 0), 0)
}
