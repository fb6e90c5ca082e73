import type { Command, KnownHostEntry, NodeView } from '../../../shared/contract'
import type { NodeRecord, SecretKind, TestStage } from '../../../shared/node'
import { before, idOf, surveyOf } from './fixture-data'
import { emit, nodeOf, putNode, refuse, sleep, state, type Answers } from './fixture-state'
import { scene } from './scene'

const forever = <T>(): Promise<T> => new Promise<T>(() => undefined)

/** Nodes whose host key was trusted on this page. */
const trusted = new Set<string>()

async function survey(nodeId: string): Promise<NodeView> {
  const view = nodeOf(nodeId)
  putNode({ ...view, reach: 'looking' })
  await sleep(120)
  if (view.reach === 'offline' || view.reach === 'blocked') return putNode(view)
  const at = new Date().toISOString()
  const fresh = view.survey === null ? surveyOf({ label: view.record.label }, at) : { ...view.survey, at }
  return putNode({ ...view, survey: fresh, reach: 'online', lastSeenAt: at, problem: null })
}

const HOST_KEY = { type: 'ssh-ed25519', fingerprint: 'SHA256:x5Vd0nUjkq0b7mYc2pS9tGm1sT4wJ8aKfQeHrLzNo3E' }
const OLD_KEY = {
  type: 'ssh-ed25519',
  fingerprint: 'SHA256:Jm2qkYp8dXoTfQ4cE0sVnR7uLzG1hWb9aKiN3tMrC5U',
  firstSeenAt: before(5e9),
}

async function test(nodeId: string): Promise<TestStage[]> {
  const stages: TestStage[] = []
  const tell = async (stage: TestStage): Promise<void> => {
    emit('testStage', { nodeId, stage: { stage: stage.stage, state: 'running', text: 'Asking…' } })
    await sleep(Math.min(scene.stepMs, 150))
    stages.push(stage)
    emit('testStage', { nodeId, stage })
  }
  const { host, user } = nodeOf(nodeId).record
  await tell({ stage: 'name', state: 'ok', text: `${host} is 192.168.1.20` })
  await tell({ stage: 'port', state: 'ok', text: 'Port 22 answers: OpenSSH 9.2' })
  if (scene.hostKey !== 'known' && !trusted.has(nodeId)) {
    const isAsk = scene.hostKey === 'ask'
    await tell({
      stage: 'host-key',
      state: isAsk ? 'ask' : 'changed',
      text: isAsk ? 'This machine has not been seen before' : 'The machine shows another key than before',
      hostKey: HOST_KEY,
      ...(isAsk ? {} : { knownHostKey: OLD_KEY }),
    })
    for (const stage of ['login', 'node', 'openclaw'] as const)
      await tell({ stage, state: 'skipped', text: 'Not asked' })
    return stages
  }
  await tell({ stage: 'host-key', state: 'ok', text: 'The key is the known one', hostKey: HOST_KEY })
  await tell({ stage: 'login', state: 'ok', text: `Logged in as ${user} by password` })
  await tell({ stage: 'node', state: 'ok', text: 'Node.js 26.1.0 at /usr/bin/node' })
  await tell({ stage: 'openclaw', state: 'ok', text: 'OpenClaw 2026.9.6' })
  return stages
}

const blank = (record: NodeRecord): NodeView => ({
  record,
  survey: null,
  reach: 'never',
  problem: null,
  lastSeenAt: null,
  secrets: [],
  lastSecretUse: null,
  hostKey: null,
  lastBackup: null,
  operationId: null,
  removal: null,
})

const TICKET = '00000000-0000-4000-8000-00000000f11e'
const KNOWN_HOSTS = { own: '/home/admin/.ssh/known_hosts', dialog: '/home/admin/old/known_hosts' } as const

/** One entry of each kind. */
function knownHosts(): KnownHostEntry[] {
  const verdicts = ['new', 'new', 'known', 'known-otherwise', 'shown-otherwise'] as const
  return state.nodes.slice(0, verdicts.length).map(({ record: { id, label, host, port } }, index) => ({
    nodeId: id,
    label,
    host,
    port,
    hostKey: HOST_KEY,
    verdict: verdicts[index] ?? 'new',
  }))
}

/** Nodes, and how OCM gets in. */
export const nodeAnswers: Answers<Extract<Command, `nodes.${string}`>> = {
  'nodes.list': () => {
    if (scene.fleet === 'loading') return forever()
    if (scene.fleet === 'failed')
      return refuse('database-damaged', 'The list of nodes cannot be read.', 'A copy from this morning is beside it.')
    return state.nodes
  },
  'nodes.add': input => {
    const { port = 22, tags = [], isProtected = false } = input
    const record: NodeRecord = {
      ...input,
      port,
      tags,
      isProtected,
      id: idOf('node', state.nodes.length + 1),
      createdAt: new Date().toISOString(),
      isDemo: false,
    }
    return putNode(blank(record)).record
  },
  'nodes.edit': ({ nodeId, input }) => {
    const view = nodeOf(nodeId)
    const { port = 22, tags = [], isProtected = false } = input
    return putNode({ ...view, record: { ...view.record, ...input, port, tags, isProtected } }).record
  },
  'nodes.duplicate': ({ nodeId }) => {
    const { record } = nodeOf(nodeId)
    return putNode(blank({ ...record, id: idOf('node', state.nodes.length + 1), label: `${record.label} copy` })).record
  },
  'nodes.remove': ({ nodeId }) => {
    state.nodes = state.nodes.filter(view => view.record.id !== nodeId)
    emit('nodeRemoved', { nodeId })
  },
  'nodes.setSecret': ({ nodeId, kind }) => {
    const view = nodeOf(nodeId)
    putNode({ ...view, secrets: [...new Set<SecretKind>([...view.secrets, kind])] })
  },
  'nodes.clearSecret': ({ nodeId, kind }) => {
    const view = nodeOf(nodeId)
    putNode({ ...view, secrets: view.secrets.filter(one => one !== kind) })
  },
  'nodes.test': ({ nodeId }) => test(nodeId),
  'nodes.trust': ({ nodeId }) => {
    trusted.add(nodeId)
    putNode({
      ...nodeOf(nodeId),
      hostKey: { ...HOST_KEY, firstSeenAt: new Date().toISOString() },
      reach: 'never',
      problem: null,
    })
  },
  'nodes.readKnownHosts': ({ from }) => ({ ticket: TICKET, file: KNOWN_HOSTS[from], entries: knownHosts() }),
  'nodes.trustKnownHosts': ({ nodeIds }) => {
    for (const entry of knownHosts().filter(({ nodeId }) => nodeIds.includes(nodeId))) {
      trusted.add(entry.nodeId)
      putNode({ ...nodeOf(entry.nodeId), hostKey: entry.hostKey, reach: 'never', problem: null })
    }
    return nodeIds
  },
  'nodes.survey': ({ nodeId }) => survey(nodeId),
  'nodes.surveyAll': () => {
    for (const view of state.nodes) void survey(view.record.id)
  },
  'nodes.exportFile': () => '/home/admin/ocm-nodes.json',
  'nodes.importFile': () => ({ added: 2, skipped: ['pc-a: already there'] }),
}
