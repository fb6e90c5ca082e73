/** What a machine's recipe looks like, and the few things recipes do alike. */
import { sleep } from './host.ts'
import type { LayerName } from './layers.ts'
import type { Machine, MachineFacts } from './machine.ts'

/** How one kind of machine is made. */
export interface Recipe extends MachineFacts {
  /** One line for a person. */
  readonly about: string
  /** Layers it stands on, the uppermost first. */
  readonly layers: readonly LayerName[]
  /** Done once, on the booted machine; the result is kept as a layer of its own. Bump the recipe's file and it is done again. */
  readonly provision?: (machine: Machine) => Promise<void>
  /** After each boot: waits until what should run, runs. */
  readonly settle?: (machine: Machine) => Promise<void>
}

/** Runs a command that has to succeed, as the machine's user; returns what it printed. */
export async function must(machine: Machine, command: string, input?: string): Promise<string> {
  const answer = await machine.ssh(command, input === undefined ? {} : { input })
  if (answer.code !== 0)
    throw new Error(`${machine.name}: ${command} ended with ${answer.code}\n${answer.stdout}${answer.stderr}`)
  return answer.stdout
}

/** The same as root. */
export async function mustAsRoot(machine: Machine, command: string, input?: string): Promise<string> {
  const answer = await machine.asRoot(command, input === undefined ? {} : { input })
  if (answer.code !== 0)
    throw new Error(`${machine.name} (root): ${command} ended with ${answer.code}\n${answer.stdout}${answer.stderr}`)
  return answer.stdout
}

/**
 * Has Node keep what it compiles where OpenClaw's own doctor advises on small machines: its commands and gateways start faster,
 * and a deletion has one more thing to find. For logins and for user services.
 */
export async function keepCompiled(machine: Machine): Promise<void> {
  const line = 'NODE_COMPILE_CACHE=/var/tmp/openclaw-compile-cache'
  await mustAsRoot(
    machine,
    `mkdir -p /etc/environment.d && echo ${line} | tee -a /etc/environment /etc/environment.d/60-node.conf`,
  )
}

/** Waits until the gateway answers on its port, as a person with curl would see it. */
export async function waitForGateway(machine: Machine, port: number, limitMs = 300_000): Promise<void> {
  const giveUpAt = Date.now() + limitMs
  while (Date.now() < giveUpAt) {
    const answer = await machine.ssh(`curl -fsS --max-time 3 http://127.0.0.1:${port}/healthz`)
    if (answer.code === 0 && answer.stdout.includes('"ok":true')) return
    await sleep(300)
  }
  const status = await machine.ssh('journalctl --user -n 40 --no-pager; systemctl --user --no-pager status "openclaw*"')
  throw new Error(`${machine.name}: no gateway on port ${port} after ${limitMs} ms\n${status.stdout}${status.stderr}`)
}
