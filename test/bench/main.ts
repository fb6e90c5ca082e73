/** `npm run bench -- [payload|config|stream|survey|delete|watch|all]`: how fast OCM is, as ratios measured side by side in one run. */
import { statfsSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { fleetObstacle } from '../fleet/host.ts'
import { cacheFolder } from '../fleet/layers.ts'
import { benchConfig } from './config.ts'
import { benchDelete } from './delete.ts'
import { buildProduct, loadProduct, type Product } from './load.ts'
import { areMet, inSeconds, note, table, timed, type Extent, type Row } from './measure.ts'
import { benchPayload } from './payload.ts'
import { benchStream } from './stream.ts'
import { benchSurvey } from './survey.ts'
import { benchWatch } from './watch.ts'
import { sweepWorkplaces } from './workplace.ts'

interface Bench {
  readonly needsMachines: boolean
  /** Room that it takes for a while, in GB at scale 1: content, backup, copies. */
  readonly needsGigabytes: number
  readonly run: (product: Product, extent: Extent) => Promise<readonly Row[]>
}

const BENCHES: Readonly<Record<string, Bench>> = {
  payload: { needsMachines: true, needsGigabytes: 6, run: benchPayload },
  config: { needsMachines: false, needsGigabytes: 0.1, run: benchConfig },
  stream: { needsMachines: true, needsGigabytes: 18, run: benchStream },
  survey: { needsMachines: false, needsGigabytes: 0.1, run: benchSurvey },
  delete: { needsMachines: false, needsGigabytes: 3, run: benchDelete },
  watch: { needsMachines: false, needsGigabytes: 1, run: benchWatch },
}
const DEFAULT_ROUNDS = 3
const load = (): string => (loadavg()[0] ?? 0).toFixed(1)
const loadBefore = load()

const [name = 'all', ...words] = process.argv.slice(2)
process.exitCode = await main()

async function main(): Promise<number> {
  const extent = { rounds: wordOf('rounds', DEFAULT_ROUNDS), scale: wordOf('scale', 1) }
  const chosen = name === 'all' ? Object.keys(BENCHES) : [name]
  if (chosen.some(one => !(one in BENCHES))) {
    console.error(
      `usage: npm run bench -- [${Object.keys(BENCHES).join('|')}|all] [--rounds=${DEFAULT_ROUNDS}] [--scale=1]`,
    )
    return 1
  }
  sweepWorkplaces()
  await buildProduct()
  const product = await loadProduct()
  const rows: Row[] = []
  const { seconds } = await timed(async () => {
    for (const one of chosen) rows.push(...(await runOne(one, product, extent)))
  })
  console.log(`${table(rows)}\n\n${circumstances(product, extent)} It took ${inSeconds(seconds)}.`)
  return areMet(rows) ? 0 : 2
}

/** Where and how it was measured, in a few sentences for the reader of the table. */
function circumstances(product: Product, { rounds, scale }: Extent): string {
  const [first] = cpus()
  const memory = `${(totalmem() / 1e9).toFixed(0)} GB of memory`
  return [
    `${cpus().length} CPUs (${first?.model.trim() ?? 'unknown'}), ${memory}, Node.js ${process.versions.node}.`,
    `SSH crypto in use: ${product.cryptoInUse()}.`,
    `Scale ${scale}, medians of up to ${rounds} rounds.`,
    `Load before and after: ${loadBefore} and ${load()}.`,
  ].join(' ')
}

function wordOf(which: string, otherwise: number): number {
  const word = words.find(one => one.startsWith(`--${which}=`))
  return word === undefined ? otherwise : Number(word.slice(which.length + 3))
}

async function runOne(which: string, product: Product, extent: Extent): Promise<readonly Row[]> {
  const bench = BENCHES[which]
  if (bench === undefined) return []
  const obstacle =
    (bench.needsMachines ? fleetObstacle() : undefined) ?? roomObstacle(bench.needsGigabytes * extent.scale)
  if (obstacle !== undefined) {
    note(`${which} left out: ${obstacle}`)
    return [{ what: which, ocm: '', against: obstacle, result: 'not measured', target: '', isMet: false }]
  }
  note(which)
  return bench.run(product, extent)
}

/** Why there is no room for so many GB; undefined when there is. */
function roomObstacle(gigabytes: number): string | undefined {
  const tight = [tmpdir(), cacheFolder()].find(folder => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < gigabytes * 1e9
  })
  return tight === undefined ? undefined : `it needs ${gigabytes.toFixed(1)} GB in ${tight}`
}
