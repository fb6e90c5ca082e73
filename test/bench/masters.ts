/** The plain OpenSSH client over connections that stay open: what OCM is measured against. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Enrolled } from './workplace.ts'

/** Open connections to some nodes. */
export interface Masters extends Disposable {
  /** Runs a command on one node; answers how many bytes it printed. @throws Error when it fails. */
  run(node: Enrolled, command: string, input?: string): Promise<number>
  /** Runs a command on all nodes at once. */
  runOnAll(command: string): Promise<void>
}

/** Opens a connection to each node. */
export async function openMasters(nodes: readonly Enrolled[]): Promise<Masters> {
  const folder = mkdtempSync(join(tmpdir(), 'ocm-masters-'))
  const words = ({ label, host, port, user, keyPath }: Enrolled): string[] => {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'LogLevel=ERROR']
    const login = ['-i', keyPath, '-p', String(port), `${user}@${host}`]
    return ['-F', 'none', '-S', join(folder, label), ...options.flatMap(option => ['-o', option]), ...login]
  }
  for (const node of nodes) await ssh(['-M', '-N', '-f', ...words(node)], { isMaster: true })
  const run = (node: Enrolled, command: string, input?: string): Promise<number> =>
    ssh([...words(node), command], input === undefined ? {} : { input })
  return {
    run,
    async runOnAll(command) {
      await Promise.all(nodes.map(node => run(node, command)))
    },
    [Symbol.dispose]() {
      for (const node of nodes) spawn('ssh', ['-O', 'exit', ...words(node)], { stdio: 'ignore' }).unref()
      setTimeout(() => rmSync(folder, { recursive: true, force: true }), 1000)
    },
  }
}

async function ssh(
  words: readonly string[],
  { input, isMaster = false }: { readonly input?: string; readonly isMaster?: boolean },
): Promise<number> {
  // A master lives on and would keep our pipes open.
  const child = spawn('ssh', words, { stdio: isMaster ? 'ignore' : ['pipe', 'pipe', 'ignore'] })
  let bytes = 0
  child.stdout?.on('data', (part: Buffer) => (bytes += part.length))
  child.stdin?.end(input ?? '')
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once(isMaster ? 'exit' : 'close', resolve)
  })
  if (code !== 0) throw new Error(`ssh ended with ${String(code)}: ${words.join(' ').slice(0, 500)}`)
  return bytes
}
