/** `npm run fleet -- up [names] | down | status | ssh <name> [command] | clean`: the machines for a person to play with. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { currentLayers, fleetObstacle, MACHINE_NAMES, startFleet, type MachineName } from './fleet.ts'
import { RUN_FOLDER, sleep } from './host.ts'
import { removeStale } from './layers.ts'
import { RECIPES } from './machines/index.ts'

/** What `up` leaves for `ssh`, `status` and `down` to find. */
interface Description {
  readonly pid: number
  readonly machines: readonly {
    readonly name: string
    readonly user: string
    readonly password: string
    readonly address: string
    readonly sshWords: readonly string[]
  }[]
}

const USAGE = `usage: npm run fleet -- up [machine...] | down | status | ssh <machine> [command] | clean
${MACHINE_NAMES.map(name => `  ${name.padEnd(9)}${RECIPES[name].about}`).join('\n')}`
const UP_LIMIT_MS = 15 * 60_000

const [command = '', ...words] = process.argv.slice(2)
process.exitCode = await main()

async function main(): Promise<number> {
  const obstacle = fleetObstacle()
  if (obstacle !== undefined) return fail(`No fleet here: ${obstacle}`)
  switch (command) {
    case 'up':
      return up()
    case 'hold':
      return hold()
    case 'down':
      return down()
    case 'status':
      return status()
    case 'ssh':
      return ssh()
    case 'clean':
      console.log(removeStale(currentLayers()).join('\n') || 'Nothing to remove.')
      return 0
    default:
      return fail(USAGE)
  }
}

function fail(text: string): number {
  console.error(text)
  return 1
}

function namesAsked(): readonly MachineName[] | undefined {
  const unknown = words.filter(word => !(MACHINE_NAMES as readonly string[]).includes(word))
  if (unknown.length > 0) return undefined
  return words.length === 0 ? MACHINE_NAMES : (words as MachineName[])
}

/** Starts the fleet in a process of its own, which lives until `down`. */
async function up(): Promise<number> {
  const names = namesAsked()
  if (!names) return fail(USAGE)
  const log = join('/tmp', `ocm-fleet-${process.pid}.log`)
  const output = openSync(log, 'a', 0o600)
  const holder = spawn(process.execPath, [import.meta.filename, 'hold', ...names], {
    detached: true,
    stdio: ['ignore', output, output],
  })
  holder.unref()
  let shown = 0
  const follow = (): void => {
    const text = readFileSync(log, 'utf8')
    process.stderr.write(text.slice(shown))
    shown = text.length
  }
  const giveUpAt = Date.now() + UP_LIMIT_MS
  while (Date.now() < giveUpAt && holder.exitCode === null) {
    follow()
    if (running().some(({ pid }) => pid === holder.pid)) {
      rmSync(log)
      return status()
    }
    await sleep(300)
  }
  follow()
  rmSync(log)
  return fail('The fleet did not come up.')
}

async function hold(): Promise<number> {
  const stopped = new Promise(resolve => process.once('SIGTERM', resolve))
  await using fleet = await startFleet(words as MachineName[])
  const machines = Object.values(fleet.machines).map(machine => {
    const { name, user, password, address } = machine
    return { name, user, password, address, sshWords: machine.sshWords(user) }
  })
  const description: Description = { pid: process.pid, machines }
  writeFileSync(join(fleet.slot.runFolder, 'fleet.json'), JSON.stringify(description), { mode: 0o600 })
  const awake = setInterval(() => undefined, 1 << 30) // servers alone may be idle, the fleet stays
  await stopped
  clearInterval(awake)
  return 0
}

/** Fleets that `up` started and that still live. */
function running(): readonly Description[] {
  if (!existsSync(RUN_FOLDER)) return []
  return readdirSync(RUN_FOLDER)
    .map(folder => join(RUN_FOLDER, folder, 'fleet.json'))
    .filter(file => existsSync(file))
    .map(file => JSON.parse(readFileSync(file, 'utf8')) as Description)
    .filter(({ pid }) => isHolder(pid))
}

function isHolder(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`
  return existsSync(file) && readFileSync(file, 'utf8').includes('\0hold\0')
}

async function down(): Promise<number> {
  for (const { pid } of running()) {
    process.kill(pid, 'SIGTERM')
    while (isHolder(pid)) await sleep(100)
  }
  console.log('No fleet is up.')
  return 0
}

function status(): number {
  const fleets = running()
  if (fleets.length === 0) console.log('No fleet is up.')
  for (const { machines } of fleets) {
    for (const { name, user, address, password } of machines)
      console.log(`${name.padEnd(9)}${user}@${address}  password ${password}`)
  }
  return 0
}

function ssh(): number {
  const [name, ...remote] = words
  const machine = running()
    .flatMap(({ machines }) => machines)
    .find(candidate => candidate.name === name)
  if (!machine) return fail(`No machine named ${name ?? '(none given)'} is up.\n${USAGE}`)
  return spawnSync('ssh', [...machine.sshWords, ...remote], { stdio: 'inherit' }).status ?? 255
}
