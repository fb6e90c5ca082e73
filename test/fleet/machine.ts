/** One machine: Debian under systemd in a container, with a disk of overlays, reached over real ssh only. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { controlGroups, killControlGroups, run, sleep } from './host.ts'
import { personalise } from './personalise.ts'
import type { Slot } from './slot.ts'

/** What a command on a machine came to. */
export interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Who a machine is: what its recipe decides. */
export interface MachineFacts {
  readonly name: string
  readonly user: string
  readonly home: string
  /** Last byte of its address. */
  readonly hostByte: number
}

/** What a machine's disk is made of. */
export interface Disk {
  /** Read-only folders, the uppermost first. */
  readonly layers: readonly string[]
  /**
   * What its recipe wrote. Copied, not stacked: a database in a lower layer would change its file under open readers at the
   * first write, which real disks never do and OpenClaw notices.
   */
  readonly seed?: string
}

const SSH_PORT = 22
const BOOT_LIMIT_MS = 90_000

/** A machine to test on. Everything about it that a person would be told to log in. */
export class Machine implements AsyncDisposable {
  readonly name: string
  readonly user: string
  readonly home: string
  readonly address: string
  readonly port = SSH_PORT
  readonly password = `pass-${randomBytes(6).toString('hex')}`
  readonly keyPath: string
  /** Public host key, as in a known_hosts line. */
  readonly knownHostsPath: string
  readonly #slot: Slot
  readonly #disk: Disk
  #nspawn: ChildProcess | undefined
  #groups: readonly string[] = []

  constructor(slot: Slot, facts: MachineFacts, disk: Disk) {
    this.#slot = slot
    this.#disk = disk
    this.name = facts.name
    this.user = facts.user
    this.home = facts.home
    this.address = `${slot.subnet}.${facts.hostByte}`
    this.keyPath = join(slot.runFolder, 'key')
    this.knownHostsPath = join(slot.runFolder, 'known_hosts')
  }

  /** What the machine wrote on top of its layers. */
  get upperFolder(): string {
    return join(this.#slot.diskFolder, this.name, 'upper')
  }

  get #root(): string {
    return join(this.#slot.diskFolder, this.name, 'root')
  }

  /** What the machine's console showed; for the message when it does not come up. */
  get #consolePath(): string {
    return join(this.#slot.runFolder, `${this.name}.console`)
  }

  /** Boots and waits until its ssh server lets the user in. */
  async boot(): Promise<void> {
    const disk = join(this.#slot.diskFolder, this.name)
    for (const part of ['upper', 'work', 'root']) mkdirSync(join(disk, part), { recursive: true })
    const { layers, seed } = this.#disk
    if (seed !== undefined && readdirSync(this.upperFolder).length === 0) {
      run('cp', ['-a', '--reflink=auto', `${seed}/.`, this.upperFolder])
    }
    const parts = [`lowerdir=${layers.join(':')}`, `upperdir=${join(disk, 'upper')}`, `workdir=${join(disk, 'work')}`]
    // Without `redirect_dir` no folder of a layer can be renamed, which npm does to a package that it removes: it would copy it.
    run('mount', ['-t', 'overlay', 'overlay', '-o', [...parts, 'redirect_dir=on'].join(','), this.#root])
    personalise(this.#root, this.#slot, this)
    this.#start()
    await this.#waitForLogin()
  }

  /** Ends the machine as a pulled plug does, unless it is asked to shut down by itself first. */
  async powerOff({ clean = false }: { readonly clean?: boolean } = {}): Promise<void> {
    const nspawn = this.#nspawn
    if (!nspawn) return
    this.#nspawn = undefined
    const ended = new Promise(resolve => nspawn.once('close', resolve))
    await this.#closeMasters()
    if (nspawn.exitCode === null && nspawn.signalCode === null) {
      nspawn.kill(clean ? 'SIGTERM' : 'SIGKILL') // systemd-nspawn turns SIGTERM into an orderly shutdown
      await ended
    }
    await killControlGroups(this.#groups)
    run('umount', [this.#root])
  }

  /** Back to what the recipe left, without anything that happened since. */
  async reset(): Promise<void> {
    await this.powerOff()
    rmSync(join(this.#slot.diskFolder, this.name), { recursive: true, force: true })
    await this.boot()
  }

  /** Pulls the network cable out, or puts it back in. */
  setCable(state: 'in' | 'out'): void {
    run('ip', ['link', 'set', `vb-${this.#slot.nameOf(this.name)}`, state === 'in' ? 'up' : 'down'])
  }

  /** Runs a shell command as the machine's user through the plain OpenSSH client. */
  ssh(command: string, options: { readonly input?: string } = {}): Promise<Answer> {
    return this.#openSsh(this.user, command, options)
  }

  /** Runs a shell command as root, for what only root may look at. */
  asRoot(command: string, options: { readonly input?: string } = {}): Promise<Answer> {
    return this.#openSsh('root', command, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerOff()
  }

  /** Words of the ssh command that logs in as `user`; `npm run fleet -- ssh` runs them on the terminal. */
  sshWords(user: string): readonly string[] {
    const options = ['StrictHostKeyChecking=yes', `UserKnownHostsFile=${this.knownHostsPath}`, 'IdentitiesOnly=yes']
    return ['-F', 'none', '-i', this.keyPath, ...options.flatMap(option => ['-o', option]), `${user}@${this.address}`]
  }

  #openSsh(user: string, command: string, { input }: { readonly input?: string }): Promise<Answer> {
    const control = ['ControlMaster=auto', `ControlPath=${this.#controlPath(user)}`, 'ControlPersist=300']
    const options = [...control, 'BatchMode=yes', 'ConnectTimeout=5', 'LogLevel=ERROR'].flatMap(option => [
      '-o',
      option,
    ])
    const child = spawn('ssh', [...options, ...this.sshWords(user), command], { stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => {
      // The command ended without reading its input; its exit status tells.
    })
    child.stdin.end(input ?? '')
    const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8')
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      // `exit`, not `close`: the connection's master keeps our pipes open for as long as it lives.
      child.once('exit', code =>
        setImmediate(() => resolve({ code: code ?? 255, stdout: text(stdout), stderr: text(stderr) })),
      )
    })
  }

  #controlPath(user: string): string {
    return join(this.#slot.runFolder, `${this.name}-${user === 'root' ? 'root' : 'user'}.sock`)
  }

  async #closeMasters(): Promise<void> {
    for (const user of [this.user, 'root']) {
      const path = this.#controlPath(user)
      if (!existsSync(path)) continue
      const words = ['-O', 'exit', '-o', `ControlPath=${path}`, this.address]
      await new Promise(resolve => spawn('ssh', words, { stdio: 'ignore' }).once('close', resolve))
      rmSync(path, { force: true })
    }
  }

  #start(): void {
    const name = this.#slot.nameOf(this.name)
    this.#groups = controlGroups(`ocm-fleet-${this.#slot.number}-${this.name}`)
    const enter = 'for group; do echo $$ > "$group/cgroup.procs"; done'
    const container = [
      '-D',
      this.#root,
      '--boot',
      '--register=no',
      '--keep-unit',
      `--network-bridge=${this.#slot.bridge}`,
    ]
    const command = `${enter}; exec systemd-nspawn ${container.map(shellWord).join(' ')} --machine=${name}`
    const output = openSync(this.#consolePath, 'a')
    // The kernel ends the container with us, even when we are killed; a group of its own keeps the terminal's Ctrl-C away from it.
    this.#nspawn = spawn('setpriv', ['--pdeathsig', 'KILL', 'sh', '-c', command, 'sh', ...this.#groups], {
      stdio: ['ignore', output, output],
      detached: true,
      env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
    })
    closeSync(output)
  }

  async #waitForLogin(): Promise<void> {
    const giveUpAt = Date.now() + BOOT_LIMIT_MS
    let last: Answer = { code: -1, stdout: '', stderr: '' }
    while (Date.now() < giveUpAt && this.#nspawn?.exitCode === null) {
      last = await this.ssh('systemctl is-active --quiet systemd-logind && systemctl --user is-active default.target')
      if (last.code === 0) return
      await sleep(200)
    }
    const shown = readFileSync(this.#consolePath, 'utf8').slice(-3000)
    throw new Error(`Machine ${this.name} did not come up: ${last.stdout}${last.stderr}\n${shown}`)
  }
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
