import { AppError, toPublic } from '../../shared/errors'
import { TestStageName, type NodeRecord, type TestStage } from '../../shared/node'
import { HostKeyError } from '../ssh/host-keys'
import type { NodePool } from '../ssh/pool'
import type { Connection } from '../ssh/types'

/** What testing a node needs. The two finders are the ones a survey uses. */
export interface TestNodeOptions {
  readonly node: NodeRecord
  readonly pool: Pick<NodePool, 'probe'>
  /** Finds the node's Node.js. @throws AppError `node-missing`. */
  readonly locate: (connection: Connection) => Promise<{ readonly path: string; readonly version: string }>
  /** Null: OpenClaw is not installed, which is no failure. */
  readonly findOpenClaw: (connection: Connection, nodePath: string) => Promise<{ readonly version: string } | null>
  readonly onStage: (stage: TestStage) => void
  readonly signal: AbortSignal
}

/**
 * A first contact, stage by stage, each with a verdict a person can read. It ends at the first stage that does not hold; the
 * rest is skipped. An unknown host key is asked about before any attempt to log in.
 */
export async function testNode(options: TestNodeOptions): Promise<TestStage[]> {
  const { node, pool, locate, findOpenClaw, onStage, signal } = options
  const done: TestStage[] = []
  let current: TestStageName = 'name'
  const begin = (stage: TestStageName): void => {
    current = stage
    onStage({ stage, state: 'running', text: RUNNING[stage] })
  }
  const end = (stage: TestStage): void => {
    done.push(stage)
    onStage(stage)
  }
  const pass = (text: string): void => {
    end({ stage: current, state: 'ok', text })
    const next = TestStageName.options[TestStageName.options.indexOf(current) + 1]
    if (next) begin(next)
  }

  begin('name')
  let connection: Connection | undefined
  try {
    connection = await pool.probe(node.id, (_stage, text) => pass(text), signal)
    const { path, version } = await locate(connection)
    pass(`Node.js ${version.replace(/^v/, '')} at ${path}.`)
    const found = await findOpenClaw(connection, path)
    pass(found ? `OpenClaw ${found.version}.` : 'OpenClaw is not installed; OCM can install it when you migrate here.')
  } catch (error) {
    end(failedStage(current, error))
  } finally {
    connection?.destroy()
  }
  for (const stage of TestStageName.options.slice(done.length)) {
    end({ stage, state: 'skipped', text: 'Not looked at.' })
  }
  return done
}

const RUNNING: Readonly<Record<TestStageName, string>> = {
  name: 'Looking up the name…',
  port: 'Opening the port…',
  'host-key': 'Checking the host key…',
  login: 'Logging in…',
  node: 'Looking for Node.js…',
  openclaw: 'Looking for OpenClaw…',
}

function failedStage(stage: TestStageName, error: unknown): TestStage {
  const { message: text, hint } = toPublic(error)
  const base = { stage, text, ...(hint === undefined ? {} : { hint }) }
  if (error instanceof HostKeyError) {
    const state = error.code === 'host-key-changed' ? 'changed' : 'ask'
    const known = error.knownHostKey === null ? {} : { knownHostKey: error.knownHostKey }
    return { ...base, state, hostKey: error.hostKey, ...known }
  }
  return { ...base, state: error instanceof AppError && error.code === 'aborted' ? 'skipped' : 'failed' }
}
