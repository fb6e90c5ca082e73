import { existsSync, readdirSync } from 'node:fs'
import { join } from '../path'

/**
 * Plugins that were installed into the profile: folders under `extensions/`, scoped ones one level deeper, and the npm projects
 * that newer releases keep for one plugin each.
 */
export function countPlugins(stateDir: string): number {
  const projects = foldersIn(join(stateDir, 'npm', 'projects')).length
  const folders = foldersIn(join(stateDir, 'extensions')).filter(name => name !== 'node_modules')
  return folders.reduce(
    (sum, name) => sum + (name.startsWith('@') ? foldersIn(join(stateDir, 'extensions', name)).length : 1),
    projects,
  )
}

/** Skills of the profile and of its workspaces: folders that hold a SKILL.md. */
export function countSkills(stateDir: string, workspaces: readonly string[]): number {
  const places = [join(stateDir, 'skills'), ...new Set(workspaces.map(path => join(path, 'skills')))]
  return places.reduce((sum, place) => {
    const skills = foldersIn(place).filter(name => existsSync(join(place, name, 'SKILL.md')))
    return sum + skills.length
  }, 0)
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
}
