import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoNode } from '../demo/fleet'

/** A node's configuration, byte for byte. */
export function configText(node: DemoNode): Promise<string> {
  return readFile(join(node.stateDir, 'openclaw.json'), 'utf8')
}

/** The port a configuration asks for, read without any of OCM's own readers. */
export function portIn(config: string): number {
  const port = /["']?port["']?\s*:\s*(\d+)/.exec(config)?.[1]
  if (port === undefined) throw new Error('The configuration names no port')
  return Number(port)
}

/** Whether a gateway answers, and what a person with curl would see. */
export async function healthOn(port: number): Promise<'answers' | 'refused'> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`)
    return response.ok ? 'answers' : 'refused'
  } catch {
    return 'refused' // Nothing listens, which is what the caller asks about.
  }
}

/** Files below a node's state folder that hold these words, whatever their format. */
export async function filesNaming(node: DemoNode, words: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(node.stateDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && (await readFile(path)).includes(words)) found.push(path)
  }
  return found
}
