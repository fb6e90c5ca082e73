import { runCommand } from '../run-command'
import { looksOnLinux } from './linux'
import type { ProcessLook } from './looks'
import { looksFromPs, PS_WORDS } from './ps'
import { lookAtWindows } from '../windows/look'
import { looksFromWindows } from './windows'

/** A machine that crawls under runaway processes has thousands; so many tell enough. */
const MAX_PROCESSES = 2_000
const LIST_LIMIT_MS = 20_000

/** What differs between systems when processes are looked at. Everything beyond is the same code everywhere. */
export interface MachineLooks {
  readonly looks: readonly ProcessLook[]
  /** Running programs rewrite their titles there, so a worker is told from its supervisor by its title. */
  readonly showsTitles: boolean
  readonly notRead: readonly string[]
}

/** Every process of OpenClaw on this machine that can be seen. Never rejects. */
export async function lookAtProcesses(platform: NodeJS.Platform = process.platform): Promise<MachineLooks> {
  const showsTitles = platform !== 'win32'
  try {
    const { looks, more } = await looksOn(platform)
    const notRead = more
      ? [`There are more than ${MAX_PROCESSES} processes of OpenClaw; the first were looked at.`]
      : []
    return { looks, showsTitles, notRead }
  } catch (error) {
    return { looks: [], showsTitles, notRead: [`Processes: ${(error as Error).message.slice(0, 300)}`] }
  }
}

async function looksOn(platform: NodeJS.Platform): Promise<{ looks: readonly ProcessLook[]; more: boolean }> {
  if (platform === 'linux') return looksOnLinux(MAX_PROCESSES)
  if (platform !== 'win32') {
    const { stdout } = await runCommand(PS_WORDS, { limitMs: LIST_LIMIT_MS })
    return looksFromPs(stdout, Date.now(), MAX_PROCESSES)
  }
  const { processes } = await lookAtWindows(['processes'])
  if (processes.state === 'unknown') throw new Error(processes.why)
  return looksFromWindows(processes.value, Date.now(), MAX_PROCESSES)
}
