/** `npm run bench -- [payload|config|stream|survey|all]`: how fast OCM is, as ratios measured side by side in one run. */
import { loadavg } from 'node:os'
import { fleetObstacle } from '../fleet/host.ts'
import { benchConfig } from './config.ts'
import { buildProduct, loadProduct, type Product } from './load.ts'
import { note, table, type Extent, type Row } from './measure.ts'
import { benchPayload } from './payload.ts'
import { benchStream } from './stream.ts'
import { benchSurvey } from './survey.ts'

interface Bench {
  readonly needsMachines: boolean
  readonly run: (product: Product, extent: Extent) => Promise<readonly Row[]>
}

const BENCHES: Readonly<Record<string, Bench>> = {
  payload: { needsMachines: true, run: benchPayload },
  config: { needsMachines: false, run: benchConfig },
  stream: { needsMachines: true, run: benchStream },
  survey: { needsMachines: false, run: benchSurvey },
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
  await buildProduct()
  const product = await loadProduct()
  const rows: Row[] = []
  for (const one of chosen) rows.push(...(await runOne(one, product, extent)))
  console.log(
    `${table(rows)}\n\nSSH crypto in use: ${product.cryptoInUse()}. Load before and after: ${loadBefore} and ${load()}.`,
  )
  return rows.length > 0 && rows.every(row => row.isMet) ? 0 : 2
}

function wordOf(which: string, otherwise: number): number {
  const word = words.find(one => one.startsWith(`--${which}=`))
  return word === undefined ? otherwise : Number(word.slice(which.length + 3))
}

async function runOne(which: string, product: Product, extent: Extent): Promise<readonly Row[]> {
  const bench = BENCHES[which]
  const obstacle = bench?.needsMachines === true ? fleetObstacle() : undefined
  if (bench === undefined || obstacle !== undefined) {
    note(`${which} left out: ${obstacle ?? 'unknown'}`)
    return []
  }
  note(which)
  return bench.run(product, extent)
}
