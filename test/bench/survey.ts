import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDemoMachines } from './demo-machines.ts'
import type { Product } from './load.ts'
import { inSeconds, median, timed, type Extent, type Row } from './measure.ts'
import { openWorkplace, type Enrolled } from './workplace.ts'

const NODES = 10
/** It takes well under a second, so more rounds cost nothing. */
const TIMES_MORE = 5

/** Ten nodes surveyed over kept connections, against ten `ssh host true` over kept connections. */
export async function benchSurvey(product: Product, { rounds }: Extent): Promise<Row[]> {
  await using machines = await startDemoMachines(NODES)
  await using place = await openWorkplace(product, true)
  for (const node of machines.nodes) place.enrol(node)
  using masters = await openMasters(machines.nodes)
  const survey = async (): Promise<void> => {
    const views = await place.services.fleet.surveyAll()
    const dark = views.find(view => view.reach !== 'online')
    if (dark !== undefined) throw new Error(`${dark.record.label}: ${JSON.stringify(dark.problem)}`)
  }
  await survey() // opens the connections
  const ours: number[] = []
  const plain: number[] = []
  for (let round = 0; round < rounds * TIMES_MORE; round++) {
    plain.push((await timed(() => masters.runTrue())).seconds)
    ours.push((await timed(survey)).seconds)
  }
  const ratio = median(ours) / median(plain)
  return [
    {
      what: `Survey of ${machines.nodes.length} nodes over kept connections`,
      ocm: inSeconds(median(ours)),
      against: `${machines.nodes.length} × \`ssh host true\` over ControlMaster: ${inSeconds(median(plain))}`,
      result: `${ratio.toFixed(2)} ×`,
      target: '≤ 1.5 ×',
      isMet: ratio <= 1.5,
    },
  ]
}

interface Masters extends Disposable {
  runTrue(): Promise<void>
}

async function openMasters(nodes: readonly Enrolled[]): Promise<Masters> {
  const folder = mkdtempSync(join(tmpdir(), 'ocm-masters-'))
  const words = ({ label, host, port, user, keyPath }: Enrolled): string[] => {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'LogLevel=ERROR']
    const login = ['-i', keyPath, '-p', String(port), `${user}@${host}`]
    return ['-F', 'none', '-S', join(folder, label), ...options.flatMap(option => ['-o', option]), ...login]
  }
  for (const node of nodes) await ssh(['-M', '-N', '-f', ...words(node)])
  return {
    async runTrue() {
      await Promise.all(nodes.map(node => ssh([...words(node), 'true'])))
    },
    [Symbol.dispose]() {
      for (const node of nodes) spawn('ssh', ['-O', 'exit', ...words(node)], { stdio: 'ignore' }).unref()
      setTimeout(() => rmSync(folder, { recursive: true, force: true }), 1000)
    },
  }
}

async function ssh(words: readonly string[]): Promise<void> {
  const child = spawn('ssh', words, { stdio: 'ignore' })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== 0) throw new Error(`ssh ended with ${String(code)}: ${words.join(' ')}`)
}
