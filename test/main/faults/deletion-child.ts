// A process of its own that deletes a node and is killed at one of its steps: really, by SIGKILL, without any goodbye.
import { readFileSync } from 'node:fs'
import { createServices } from '../../../main/services'
import type { EventData } from '../../../shared/contract'
import { Plan } from '../../../shared/plan'

const [dataDir = '', planFile = '', programFile = '', stepId = '', afterMs = '0'] = process.argv.slice(2)

const services = await createServices({ dataDir, programFile, isDemo: true, console: false })
services.bus.listen((event, data) => {
  if (event !== 'stepChanged') return
  const { status } = data as EventData<'stepChanged'>
  if (status.stepId !== stepId || status.state !== 'running') return
  const die = (): void => void process.kill(process.pid, 'SIGKILL')
  if (Number(afterMs) === 0) die()
  else setTimeout(die, Number(afterMs))
})
const plan = Plan.parse(JSON.parse(readFileSync(planFile, 'utf8')))
const { id } = await services.operations.start(plan)
await services.operations.settled(id)
// The step was over before its time: it is killed all the same, so that nothing of it is tidied up.
process.kill(process.pid, 'SIGKILL')
