import type { Blocker, PlanOptions } from '../../shared/plan'
import { valueOf, type ProfileFacts } from '../../shared/survey'
import { compareVersions } from '../openclaw/versions'
import { installOf, refusedAgentDirs, type NodeFacts } from './facts'

/** What must hold on a node before anything is placed there. */
export function placeBlockers(
  target: NodeFacts,
  source: { readonly version: string; readonly bytes: number },
): readonly Blocker[] {
  return [
    ...platformBlockers(target),
    ...openclawBlockers(target, source.version),
    ...roomBlockers(target, source.bytes),
  ]
}

/** Nodes that are backed up are only read from, for which macOS and Windows do as well. */
export function captureBlockers({ record, survey }: NodeFacts): readonly Blocker[] {
  if (['linux', 'darwin', 'win32'].includes(survey.os.platform)) return []
  return [
    {
      code: 'platform',
      text: `${record.label} runs ${survey.os.name}. Back up works with Linux, macOS and Windows nodes.`,
      wayOut: 'Choose another node.',
    },
  ]
}

/** Set-ups are carried between Linux nodes only. */
export function platformBlockers({ record, survey }: NodeFacts): readonly Blocker[] {
  if (survey.os.platform === 'linux') return []
  return [
    {
      code: 'platform',
      text: `${record.label} runs ${survey.os.name}. Restore and migrate work with Linux nodes.`,
      wayOut: 'Choose a Linux node.',
    },
  ]
}

/** What an agent keeps must not stay behind unnoticed: its credentials, and in this generation its sessions. */
export function folderBlockers(profile: ProfileFacts, { components }: PlanOptions): readonly Blocker[] {
  if (!components.includes('agents') && !components.includes('credentials')) return []
  return refusedAgentDirs(profile).map(({ agent, path, refusal }) => ({
    code: 'agent-folder',
    text: `${agent} keeps its credentials and sessions in ${path}, which cannot be carried. ${refusal ?? ''}`,
    wayOut: `Give ${agent} a folder of its own (agentDir in openclaw.json), or leave out agents and credentials.`,
  }))
}

function openclawBlockers(target: NodeFacts, version: string): readonly Blocker[] {
  const { record, survey } = target
  if (survey.openclaw.state === 'unknown') {
    return [
      {
        code: 'openclaw-unknown',
        text: `It could not be seen whether OpenClaw is installed on ${record.label}: ${survey.openclaw.why}`,
        wayOut: 'Check the node again once this can be read.',
      },
    ]
  }
  const install = installOf(target)
  if (install === null || compareVersions(install.version, version) >= 0) return []
  return [
    {
      code: 'version-older',
      text: `${record.label} runs OpenClaw ${install.version}, older than ${version}. OpenClaw refuses state of a newer version.`,
      wayOut: `Update OpenClaw on ${record.label} to ${version} or newer (openclaw update), then plan again.`,
    },
  ]
}

/** Staging holds everything once more, beside what is there; this much stays free for the gateway itself. Bytes. */
const SPARE_BYTES = 200 * 1024 * 1024

function roomBlockers({ record, survey }: NodeFacts, bytes: number): readonly Blocker[] {
  const disk = valueOf(survey.disk)
  const neededBytes = bytes + SPARE_BYTES
  if (disk === undefined || disk.freeBytes >= neededBytes) return []
  return [
    {
      code: 'no-space',
      text: `${record.label} has ${megabytes(disk.freeBytes)} free; ${megabytes(neededBytes)} are needed.`,
      wayOut: 'Free space there, or leave out sessions, media or workspaces.',
    },
  ]
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000).toLocaleString('en')} MB`
}
