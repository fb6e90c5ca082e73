/** `npm run bench -- [payload|config|stream|survey|all]`: how fast OCM is, as ratios measured side by side in one run. */
import { loadavg } from 'node:os'
import { fleetObstacle } from '../fleet/host.ts'
import { buildProduct, loadProduct, type Product } from './load.ts'
import { note, table, type Row } from './measure.ts'
import { benchPayload } from './payload.ts'

interface Bench {
  readonly needsMachines: boolean
  readonly run: (product: Product, rounds: number) => Promise<readonly Row[]>
}

const BENCHES: Readonly<Record<string, Bench>> = {
  payload: { needsMachines: true, run: benchPayload },
}
const DEFAULT_ROUNDS = 3
const load = (): string => (loadavg()[0] ?? 0).toFixed(1)
const loadBefore = load()

const [name = 'all', ...words] = process.argv.slice(2)
process.exitCode = await main()

async function main(): Promise<number> {
  const rounds = Number(/^--rounds=(\d+)$/.exec(words.join(' '))?.[1] ?? DEFAULT_ROUNDS)
  const chosen = name === 'all' ? Object.keys(BENCHES) : [name]
  if (chosen.some(one => !(one in BENCHES))) {
    console.error(`usage: npm run bench -- [${Object.keys(BENCHES).join('|')}|all] [--rounds=${DEFAULT_ROUNDS}]`)
    return 1
  }
  await buildProduct()
  const product = await loadProduct()
  const rows: Row[] = []
  for (const one of chosen) rows.push(...(await runOne(one, product, rounds)))
  console.log(`${table(rows)}\n\nSSH crypto in use: ${product.cryptoInUse()}. Load before and after: ${loadBefore} and ${load()}.`)
  return rows.length > 0 && rows.every(row => row.isMet) ? 0 : 2
}

async function runOne(which: string, product: Product, rounds: number): Promise<readonly Row[]> {
  const bench = BENCHES[which]
  const obstacle = bench?.needsMachines === true ? fleetObstacle() : undefined
  if (bench === undefined || obstacle !== undefined) {
    note(`${which} left out: ${obstacle ?? 'unknown'}`)
    return []
  }
  note(which)
  return bench.run(product, rounds)
}
