import { startDemoMachines } from './demo-machines.ts'
import type { Product } from './load.ts'
import { openMasters } from './masters.ts'
import { inSeconds, median, timed, type Extent, type Row } from './measure.ts'
import { openWorkplace } from './workplace.ts'

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
    plain.push((await timed(() => masters.runOnAll('true'))).seconds)
    ours.push((await timed(survey)).seconds)
  }
  const ratio = median(ours) / median(plain)
  return [
    {
      what: `Survey of ${machines.nodes.length} nodes over kept connections`,
      ocm: inSeconds(median(ours)),
      against: `${machines.nodes.length} × \`ssh host true\` over ControlMaster: ${inSeconds(median(plain))}`,
      result: `${ratio.toFixed(2)} ×`,
      target: 'aim 1.5 ×',
      isMet: ratio <= 1.5,
      isAim: true,
    },
  ]
}
