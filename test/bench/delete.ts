import { spawn } from 'node:child_process'
import { startDemoMachines } from './demo-machines.ts'
import { stateOf } from './content.ts'
import type { Product } from './load.ts'
import { inSeconds, median, note, timed, type Extent, type Row } from './measure.ts'
import { openWorkplace, settle, type Enrolled } from './workplace.ts'

const GIGABYTES = 2
const FILES = 20_000
const SERVICE = 'openclaw-gateway.service'

/**
 * What an admin does who knows where everything lies, in one script: stop, uninstall, remove, look. It ends with an error when
 * anything is left.
 */
const BY_HAND = `set -e
systemctl --user stop ${SERVICE}
systemctl --user disable ${SERVICE}
npm uninstall --global --prefix ~/.npm-global --no-audit --no-fund openclaw
rm -rf ~/.openclaw ~/.npm-global/bin/openclaw ~/.npm-global/lib/node_modules/openclaw
rm -rf ~/.config/systemd/user/openclaw-gateway.service*
systemctl --user daemon-reload
systemctl --user reset-failed
test ! -e ~/.openclaw
test -z "$(ls ~/.config/systemd/user | grep openclaw)"
test -z "$(command -v openclaw)"
`

/** A node with two gigabytes of state: OCM's whole deletion, witness included, against the same by hand in one ssh script. */
export async function benchDelete(product: Product, { rounds, scale }: Extent): Promise<Row[]> {
  const plain: number[] = []
  const ours: number[] = []
  for (let round = 0; round < rounds; round++) {
    plain.push(await byHand(scale))
    ours.push(await byOcm(product, scale))
    note(`round ${round + 1}: by hand ${inSeconds(plain.at(-1) ?? 0)}, OCM ${inSeconds(ours.at(-1) ?? 0)}`)
  }
  const ratio = median(ours) / median(plain)
  return [
    {
      what: `Deletion of a node with ${GIGABYTES * scale} GB in ${Math.round(FILES * scale)} files, without backup, proof included`,
      ocm: inSeconds(median(ours)),
      against: `one ssh script, no proof: ${inSeconds(median(plain))}`,
      result: `${ratio.toFixed(2)} ×`,
      target: '≤ 1.5 ×',
      isMet: ratio <= 1.5,
    },
  ]
}

async function byHand(scale: number): Promise<number> {
  await using machines = await startDemoMachines(1)
  const node = await filled(machines.nodes, scale)
  const { seconds } = await timed(() => over(node, 'sh -s', BY_HAND))
  return seconds
}

async function byOcm(product: Product, scale: number): Promise<number> {
  await using machines = await startDemoMachines(1)
  const node = await filled(machines.nodes, scale)
  await using place = await openWorkplace(product, true)
  const id = place.enrol(node)
  const options = { profiles: null, workspaces: [], keepCopyOnNode: false, waiveBackup: true, peers: [] }
  const plan = await place.services.deletionPlanner.delete(id, options)
  const { seconds, value } = await timed(async () => {
    const { id: run } = await place.services.operations.run(plan.id, { typedName: node.label })
    return place.services.operations.settled(run)
  })
  const open = value.proof.filter(row => row.verdict !== 'proven')
  if (value.state !== 'done' || open.length > 0)
    throw new Error(`It ended ${value.state}: ${JSON.stringify([value.error, open])}`)
  const took = value.steps.map(({ stepId, startedAt, endedAt }) => {
    const ms = startedAt === null || endedAt === null ? 0 : Date.parse(endedAt) - Date.parse(startedAt)
    return `${stepId} ${inSeconds(ms / 1000)}`
  })
  note(took.join(', '))
  return seconds
}

async function filled(nodes: readonly Enrolled[], scale: number): Promise<Enrolled> {
  const [node] = nodes
  if (node === undefined) throw new Error('One demo node was asked for.')
  await over(node, 'node -', stateOf(GIGABYTES * scale * 1e9, Math.round(FILES * scale)))
  await settle()
  return node
}

/** Runs a command on a demo node through the plain ssh client. @throws Error with what it printed when it fails. */
async function over({ user, host, port, keyPath }: Enrolled, command: string, input: string): Promise<void> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'LogLevel=ERROR']
  const login = ['-i', keyPath, '-p', String(port), `${user}@${host}`]
  const words = ['-F', 'none', ...options.flatMap(option => ['-o', option]), ...login, command]
  const child = spawn('ssh', words, { stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
  child.stdin.end(input)
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${said}`)
}
