import { startFleet, type Machine } from '../fleet/fleet.ts'
import { onePercent, payload } from './content.ts'
import type { Product } from './load.ts'
import { inMegabytes, inSeconds, median, note, quoted, shell, timed, type Extent, type Row } from './measure.ts'
import { asNode, decided, on, openWorkplace, secondsOf, settle, wireBytes } from './workplace.ts'

/** What the plan of a migration has to do with bytes; the rest is the gateway's own time. */
const BYTE_STEPS = new Set(['capture', 'stage', 'commit', 'finish'])
const PROFILE = '.openclaw-bench'
/** On a slow machine fewer rounds have to do: none begins later than this. ms */
const LAST_START_MS = 4 * 60_000

interface Round {
  readonly seconds: number
  readonly firstSeconds: number
  readonly secondSeconds: number
  /** The same again with every file hashed. */
  readonly rehashSeconds: number
  readonly firstBytes: number
  readonly secondBytes: number
}

/** One gigabyte from machine to machine, against tar over ssh; and a second backup after one percent changed. */
export async function benchPayload(product: Product, { rounds, scale }: Extent): Promise<Row[]> {
  await using fleet = await startFleet(['delta', 'gamma'])
  const { delta: source, gamma: target } = fleet.machines
  const cable = `vb-${fleet.slot.nameOf('delta')}`
  note(`filling the source with ${scale} GB`)
  await on(source, 'node -', payload(scale))
  const plain: number[] = []
  const ours: Round[] = []
  const start = performance.now()
  for (let round = 0; round < rounds && performance.now() - start < LAST_START_MS; round++) {
    plain.push(await byTar(source, target))
    note(`round ${round + 1}: tar over ssh ${inSeconds(plain.at(-1) ?? 0)}`)
    const own = await byOcm(product, { source, target, cable, scale })
    ours.push(own)
    note(`round ${round + 1}: OCM ${JSON.stringify(own)}`)
  }
  return rowsOf(plain, ours, scale)
}

async function byTar(source: Machine, target: Machine): Promise<number> {
  await clear(target)
  const ssh = (machine: Machine, command: string): string =>
    ['ssh', ...machine.sshWords(machine.user), command].map(quoted).join(' ')
  const line = `${ssh(source, `tar cz -C ~ ${PROFILE}`)} | ${ssh(target, 'tar xz -C ~')}`
  const { seconds } = await timed(() => shell(line))
  return seconds
}

async function byOcm(
  product: Product,
  {
    source,
    target,
    cable,
    scale,
  }: { readonly source: Machine; readonly target: Machine; readonly cable: string; readonly scale: number },
): Promise<Round> {
  await clear(target)
  await using place = await openWorkplace(product)
  const from = place.enrol(await asNode(source))
  const to = place.enrol(await asNode(target))
  const options = { components: product.Component.options, profile: 'bench', set: {}, force: false }
  const plan = await decided(decisions =>
    place.services.planner.migrate(from, to, {
      ...options,
      components: [...options.components],
      mode: 'clone',
      decisions,
    }),
  )
  const before = wireBytes(cable)
  const { seconds, value: moved } = await timed(() => place.run(plan, step => BYTE_STEPS.has(step.id)))
  const firstBytes = wireBytes(cable) - before
  note(moved.steps.map(step => `${step.stepId} ${inSeconds(secondsOf(moved, step.stepId))}: ${step.note}`).join(' | '))
  await on(source, 'node -', onePercent(scale))
  await settle()
  const backUp = async (rehash: boolean): Promise<number> => {
    const chosen = { ...options, components: [...options.components], mode: 'move' as const, decisions: {}, rehash }
    const run = await place.run(await place.services.planner.backup(from, chosen), () => true)
    return secondsOf(run, 'capture')
  }
  const middle = wireBytes(cable)
  const secondSeconds = await backUp(false)
  const secondBytes = wireBytes(cable) - middle
  const firstSeconds = secondsOf(moved, 'capture')
  return { seconds, firstSeconds, secondSeconds, rehashSeconds: await backUp(true), firstBytes, secondBytes }
}

async function clear(target: Machine): Promise<void> {
  await on(target, `rm -rf ~/${PROFILE}*`)
  await settle()
}

function rowsOf(plain: readonly number[], ours: readonly Round[], scale: number): Row[] {
  const pick = (key: keyof Round): number => median(ours.map(round => round[key]))
  const ratio = pick('seconds') / median(plain)
  const again = pick('secondSeconds') / pick('firstSeconds')
  return [
    {
      what: `${scale} GB from machine to machine, encrypted backup and proof included`,
      ocm: inSeconds(pick('seconds')),
      against: `\`ssh A tar cz \\| ssh B tar xz\`: ${inSeconds(median(plain))}`,
      result: `${ratio.toFixed(2)} ×`,
      target: '≤ 1.0 ×',
      isMet: ratio <= 1,
    },
    {
      what: `Second backup of ${scale} GB after 1 % changed`,
      ocm: `${inSeconds(pick('secondSeconds'))}, ${inMegabytes(pick('secondBytes'))} over the wire`,
      against: `the first: ${inSeconds(pick('firstSeconds'))}, ${inMegabytes(pick('firstBytes'))}`,
      result: `${again.toFixed(2)} ×`,
      target: '≤ 0.2 ×',
      isMet: again <= 0.2,
    },
    {
      what: 'The same again with every file hashed (`--rehash`)',
      ocm: inSeconds(pick('rehashSeconds')),
      against: `the first: ${inSeconds(pick('firstSeconds'))}`,
      result: `${(pick('rehashSeconds') / pick('firstSeconds')).toFixed(2)} ×`,
      target: 'none',
      isMet: true,
    },
  ]
}
