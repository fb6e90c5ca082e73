import type { TestStage } from '../../shared/node'
import { MINUTE, SECOND } from '../../shared/units'
import { locateNode } from '../remote/locate'
import type { Services } from '../services'
import type { Connection } from '../ssh/types'
import { testNode } from './test-node'

/** Asks OpenClaw's package where it is, with the node's own Node.js. Prints a version or nothing. */
const FIND_OPENCLAW = [
  'const { execFileSync: run } = require("node:child_process");',
  'const { realpathSync, readFileSync } = require("node:fs"), { dirname, join } = require("node:path");',
  'try {',
  '  const path = run(process.env.SHELL || "/bin/sh", ["-lc", "command -v openclaw"], { timeout: 10000 });',
  '  let folder = dirname(realpathSync(String(path).trim().split("\\n").pop()));',
  '  for (let up = 0; up < 4; up++, folder = dirname(folder)) try {',
  '    const found = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));',
  '    if (/^(openclaw|clawdbot|moltbot)$/.test(found.name)) { console.log("ocm-version", found.version); break }',
  '  } catch {}',
  '} catch {}',
].join(' ')

/** First contact with a node, stage by stage, with the finders a survey uses. */
export function testStages(
  services: Services,
  nodeId: string,
  onStage: (stage: TestStage) => void,
): Promise<TestStage[]> {
  return testNode({
    node: services.registry.get(nodeId),
    pool: services.pool,
    locate: connection => locateNode(connection),
    findOpenClaw,
    onStage,
    signal: AbortSignal.timeout(2 * MINUTE),
  })
}

async function findOpenClaw(connection: Connection, nodePath: string): Promise<{ readonly version: string } | null> {
  const { stdout } = await connection.exec([nodePath, '-e', FIND_OPENCLAW], { limitMs: 20 * SECOND })
  const version = /^ocm-version (\S+)$/m.exec(stdout)?.[1]
  return version === undefined ? null : { version }
}
