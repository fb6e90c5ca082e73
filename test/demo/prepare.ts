import { join } from 'node:path'
import { createServices } from '../../main/services'
import type { DemoFleet } from './fleet'

/** Tags that make the board show groups. */
const TAGS: Readonly<Record<string, readonly string[]>> = {
  'pc-a': ['office'],
  'pc-b': ['office'],
  'vps-3': ['cloud'],
  'lab-4': ['lab'],
  'nas-5': ['lab'],
  'off-6': ['office'],
}

/** Puts the demo nodes into a data folder, marked as demo, with their host keys trusted. They log in with a key file. */
export async function registerDemoNodes(fleet: DemoFleet, dataDir: string): Promise<void> {
  await using services = await createServices({
    dataDir,
    programFile: join('out', 'main', 'remote.cjs'),
    isDemo: true,
    console: false,
    keychain: null,
  })
  for (const node of fleet.nodes) {
    const record = services.registry.add(
      {
        label: node.name,
        host: node.host,
        port: node.port,
        user: node.user,
        auth: { method: 'key', keyPath: fleet.keyPath },
        tags: [...(TAGS[node.name] ?? [])],
      },
      { isDemo: true },
    )
    services.hostKeys.trust(record.id, node.hostFingerprint)
  }
}
