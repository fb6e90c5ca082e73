/**
 * Real machines to test on: Debian under systemd, real sshd, real OpenClaw. `await using fleet = await startFleet(['alpha'])`
 * boots what is asked for and ends it with the block. Only this fleet's own bridge is ever spoken to.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startBotApi, type BotApi } from './bot-api.ts'
import { fingerprint, fleetObstacle, run, tell } from './host.ts'
import { cached, layer, layerVersion } from './layers.ts'
import { type Disk, Machine } from './machine.ts'
import { MACHINE_NAMES, RECIPES, type MachineName } from './machines/index.ts'
import { BOT_API_PORT, MODEL_API_PORT, REGISTRY_PORT } from './ports.ts'
import { startModelApi } from './model-api.ts'
import type { Recipe } from './recipe.ts'
import { startRegistry } from './registry.ts'
import { takeSlot, type Slot } from './slot.ts'

export { fleetObstacle } from './host.ts'
export { Machine, type Answer } from './machine.ts'
export { MACHINE_NAMES, type MachineName } from './machines/index.ts'

/** Running machines, and what they talk to. */
export interface Fleet<Name extends MachineName = MachineName> extends AsyncDisposable {
  readonly slot: Slot
  readonly machines: Readonly<Record<Name, Machine>>
  readonly botApi: BotApi
}

/** Boots the machines asked for (all, if none is named), building whatever the cache has not got. */
export function startFleet(): Promise<Fleet>
export function startFleet<Name extends MachineName>(names: readonly Name[]): Promise<Fleet<Name>>
export async function startFleet(names: readonly MachineName[] = MACHINE_NAMES): Promise<Fleet> {
  const obstacle = fleetObstacle()
  if (obstacle !== undefined) throw new Error(`No fleet here: ${obstacle}`)
  await using started = new AsyncDisposableStack()
  const slot = started.use(await takeSlot())
  makeKeys(slot, names)
  const botApi = started.use(await startBotApi(slot.hostAddress, BOT_API_PORT))
  started.use(await startRegistry(slot.hostAddress, REGISTRY_PORT))
  started.use(await startModelApi(slot.hostAddress, MODEL_API_PORT))
  const machines: Partial<Record<MachineName, Machine>> = {}
  // Side by side: what is built waits more than it computes. Locks keep two from building the same layer.
  await Promise.all(
    names.map(async name => {
      machines[name] = started.use(new Machine(slot, RECIPES[name], await diskOf(slot, RECIPES[name])))
    }),
  )
  await Promise.all(names.map(name => bootOne(machines[name] as Machine, RECIPES[name])))
  const all = started.move()
  return {
    slot,
    botApi,
    machines: machines as Record<MachineName, Machine>,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** Back to the recipe's result, with everything running again that should. */
export async function resetMachine(machine: Machine): Promise<void> {
  await machine.reset()
  await RECIPES[machine.name as MachineName].settle?.(machine)
}

/** Names of all layers that the present recipes lead to. */
export function currentLayers(): readonly string[] {
  const recipes = MACHINE_NAMES.map(name => RECIPES[name])
  const base = recipes.flatMap(recipe => recipe.layers).map(name => `${name}-${layerVersion(name)}`)
  return [...new Set([...base, ...recipes.map(recipe => `machine-${recipe.name}-${recipeVersion(recipe)}`)])]
}

async function bootOne(machine: Machine, recipe: Recipe): Promise<void> {
  const start = Date.now()
  await machine.boot()
  await recipe.settle?.(machine)
  tell(`${machine.name} is up at ${machine.address} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
}

async function diskOf(slot: Slot, recipe: Recipe): Promise<Disk> {
  const base: string[] = []
  for (const name of recipe.layers) base.push(await layer(name))
  if (!recipe.provision) return { layers: base }
  const about = `${recipe.about} (a minute or two)`
  const build = (folder: string): Promise<void> => provision({ slot, recipe, base, folder })
  return { layers: base, seed: await cached(`machine-${recipe.name}-${recipeVersion(recipe)}`, { about, build }) }
}

interface Provisioning {
  readonly slot: Slot
  readonly recipe: Recipe
  readonly base: readonly string[]
  readonly folder: string
}

/** Boots the machine bare, carries out its recipe through ssh, shuts it down and keeps what that wrote. */
async function provision({ slot, recipe, base, folder }: Provisioning): Promise<void> {
  await using machine = new Machine(slot, recipe, { layers: base })
  await machine.boot()
  await recipe.provision?.(machine)
  await machine.powerOff({ clean: true })
  run('cp', ['-a', '--reflink=auto', `${machine.upperFolder}/.`, folder])
  rmSync(join(slot.diskFolder, machine.name), { recursive: true, force: true })
}

/** Changes with the recipe's own file, with what it takes from those beside it, and with the layers below. */
function recipeVersion(recipe: Recipe): string {
  const folder = join(import.meta.dirname, 'machines')
  const text = readFileSync(join(folder, `${recipe.name}.ts`), 'utf8')
  const own = readdirSync(folder).filter(file => file === `${recipe.name}.ts` || text.includes(`'./${file}'`))
  const sources = own.map(file => readFileSync(join(folder, file), 'utf8'))
  return fingerprint(recipe.name, ...recipe.layers.map(layerVersion), ...sources)
}

function makeKeys({ runFolder, subnet }: Slot, names: readonly MachineName[]): void {
  const generate = (file: string): void => {
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'fleet', '-f', join(runFolder, file)])
  }
  generate('key')
  const known = names.map(name => {
    generate(`host-${name}`)
    const [type, key] = readFileSync(join(runFolder, `host-${name}.pub`), 'utf8').split(' ')
    return `${subnet}.${RECIPES[name].hostByte} ${type} ${key}\n`
  })
  writeFileSync(join(runFolder, 'known_hosts'), known.join(''))
}
