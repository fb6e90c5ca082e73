import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended } from '../../demo/ended'
import { ACCOUNT, handOver, programPath, startVictim, unitPath, type Victim } from '../../helpers/victim'
import { tempFolder } from '../../helpers/temp'

/** Whether this machine can give a demo machine a small disk of its own. */
export const CAN_MOUNT = process.getuid?.() === 0 && process.platform === 'linux'

/** A machine to delete, with what faults need at hand. */
export interface Stage extends AsyncDisposable {
  readonly victim: Victim
  /** Makes the fault end; nothing when it ended by itself. */
  readonly heal: () => Promise<void>
  /** Notes how the fault is ended. */
  readonly onHeal: (end: () => unknown) => void
  /** Beside the home, so that no deletion takes it away. */
  readonly folder: string
  /** Where files fill the disk of the machine. */
  readonly disk: string | null
}

/** What goes wrong. */
export interface Fault {
  readonly name: string
  /** What has to be so before the plan is made. */
  readonly prepare?: (stage: Stage) => unknown
  /** Happens as soon as the step runs. */
  readonly inject: (stage: Stage) => unknown
  /** Ends with the step: the next one meets it no more. */
  readonly isForOneStep?: true
  /** Its end is the process's own: the step is killed so many ms after it began. */
  readonly killAfterMs?: number
  readonly needsDisk?: true
}

/** Starts a machine; `fault` says on what ground. */
export async function startStage(fault: Fault): Promise<Stage> {
  await using undo = new AsyncDisposableStack()
  let disk: string | null = null
  if (fault.needsDisk === true) {
    const folder = undo.use(tempFolder())
    disk = folder.join('disk')
    mkdirSync(disk)
    chmodSync(folder.path, 0o711)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk])
    undo.defer(() => void execFileSync('umount', ['--lazy', folder.join('disk')]))
  }
  const victim = undo.use(
    await startVictim({
      ...(disk === null ? {} : { folder: join(disk, 'fleet') }),
      // Another process opens the same backups.
      hasKeychain: fault.killAfterMs !== undefined,
    }),
  )
  const ends: (() => unknown)[] = []
  const heal = async (): Promise<void> => {
    for (const end of ends.splice(0)) await end()
  }
  undo.defer(heal)
  const all = undo.move()
  const folder = dirname(dirname(victim.node.home))
  return {
    victim,
    disk,
    folder,
    heal,
    onHeal: end => void ends.push(end),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

const kill = (name: string, killAfterMs: number): Fault => ({ name, killAfterMs, inject: () => undefined })

const reboot = (name: string, afterMs: number): Fault => ({
  name,
  inject: async ({ victim }) => {
    await sleep(afterMs)
    await victim.node.reboot()
  },
})

/** Everything that can go wrong at any step, whether it can matter there or not. */
export const FAULTS: readonly Fault[] = [
  kill('app killed at its beginning', 0),
  kill('app killed in the midst of it', 120),
  {
    name: 'connection cut',
    inject: ({ victim, onHeal }) => {
      onHeal(() => victim.node.heal())
      return victim.node.fault('offline')
    },
  },
  {
    name: 'command hangs past its limit',
    isForOneStep: true,
    inject: ({ victim, onHeal }) => {
      onHeal(() => victim.node.heal())
      return victim.node.fault('hang-after-login')
    },
  },
  reboot('machine restarts at its beginning', 0),
  reboot('machine restarts in the midst of it', 120),
  { name: 'permission denied', inject: forbid },
  { name: 'disk full', needsDisk: true, inject: fillDisk },
  { name: 'file held open', inject: holdOpen },
  { name: 'sudo refused', prepare: closeToAllButRoot, inject: refuseSudo },
  { name: 'unit re-created by someone else', inject: ({ victim }) => writeUnit(victim) },
  { name: 'process that ignores TERM', inject: startStubborn },
]

/** Folders of each kind in which nothing can be removed any more. */
async function forbid({ victim: { node }, onHeal }: Stage): Promise<void> {
  const folders = [
    join(node.stateDir, 'workspace'),
    join(node.stateDir, 'agents/main'),
    join(programPath(node), 'dist'),
    dirname(unitPath(node)),
  ]
  for (const folder of folders) {
    if (!setMode(folder, 0o555)) continue
    onHeal(() => setMode(folder, 0o755))
  }
  await Promise.resolve()
}

/** @returns false when there is no such folder any more. */
function setMode(path: string, mode: number): boolean {
  try {
    chmodSync(path, mode)
    return true
  } catch {
    return false // Removed before.
  }
}

function fillDisk({ disk, onHeal }: Stage): void {
  if (disk === null) throw new Error('No disk to fill')
  const path = join(disk, 'filler')
  const file = openSync(path, 'w')
  try {
    for (const bytes of [1_000_000, 10_000, 1]) for (;;) if (writeSync(file, Buffer.alloc(bytes)) < bytes) break
  } catch {
    // Full: that is what it is for.
  }
  closeSync(file)
  onHeal(() => rmSync(path))
}

function holdOpen({ victim: { node }, onHeal }: Stage): void {
  const paths = [join(node.stateDir, 'openclaw.json'), join(programPath(node), 'package.json'), unitPath(node)]
  for (const path of paths) {
    try {
      const file = openSync(path, 'r')
      onHeal(() => closeSync(file))
    } catch {
      // Removed before: nothing to hold.
    }
  }
}

/** The program is installed where only root may remove it; the machine has a sudo, which asks for a password. */
async function closeToAllButRoot({ victim, folder }: Stage): Promise<void> {
  const { node, services, nodeId } = victim
  chmodSync(dirname(programPath(node)), 0o555)
  const refused = join(folder, 'sudo-refused')
  const script = `#!/bin/sh
read -r password
[ "$password" = open-sesame ] || { echo 'sudo: no password was provided' >&2; exit 1; }
[ -e '${refused}' ] && { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
`
  writeFileSync(join(folder, 'bin/sudo'), script, { mode: 0o755 })
  await services.secrets.set(nodeId, 'sudo', 'open-sesame')
}

function refuseSudo({ folder, onHeal }: Stage): void {
  writeFileSync(join(folder, 'sudo-refused'), '')
  onHeal(() => rmSync(join(folder, 'sudo-refused')))
}

/** What a second administrator, or a tool that keeps machines as they were, would do. */
export async function writeUnit({ node }: Victim): Promise<void> {
  const unit = unitPath(node)
  const wants = join(dirname(unit), 'default.target.wants')
  mkdirSync(wants, { recursive: true })
  writeFileSync(unit, `[Service]\nExecStart=/usr/bin/node ${programPath(node)}/dist/index.js gateway\nRestart=always\n`)
  rmSync(join(wants, 'openclaw-gateway.service'), { force: true })
  symlinkSync(unit, join(wants, 'openclaw-gateway.service'))
  for (const path of [wants, unit]) await handOver(path)
}

/** Somebody's own gateway, which does not end when it is asked to. */
async function startStubborn({ victim: { node }, folder }: Stage): Promise<void> {
  const script = join(folder, 'openclaw/dist/index.js')
  mkdirSync(dirname(script), { recursive: true })
  writeFileSync(
    script,
    `process.on('SIGTERM', () => undefined)\nsetInterval(() => undefined, 60_000)\nconsole.log('up')\n`,
  )
  const child = spawn(process.execPath, [script, 'gateway'], {
    env: { HOME: node.home },
    stdio: ['ignore', 'pipe', 'ignore'],
    ...ACCOUNT,
  })
  await new Promise(resolve => child.stdout.once('data', resolve))
  stubborn.set(node.home, () => ended(child, 'SIGKILL'))
}

const stubborn = new Map<string, () => Promise<void>>()

/** The app has to end it, unless it came after the last look: then this does. */
export async function endStubborn({ victim: { node } }: Stage): Promise<void> {
  await stubborn.get(node.home)?.()
  stubborn.delete(node.home)
}
