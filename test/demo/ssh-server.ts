import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type Server as TcpServer, type Socket } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel } from 'ssh2'

const { Server, utils } = ssh2

/** What can be made to go wrong on a demo node. */
export type Fault =
  /** Nothing listens. */
  | 'offline'
  /** The port answers, then says nothing at all. */
  | 'silent'
  /** Login works; commands are taken and never answered. */
  | 'hang-after-login'
  /** Each command starts late, and bytes come slowly. */
  | 'slow'
  /** Every login is refused. */
  | 'refuse-login'
  /** The server shows another host key from now on. */
  | 'change-host-key'
  /** The line drops after so many bytes from the node. */
  | { readonly kind: 'cut-after-bytes'; readonly bytes: number }

/** One account on one server. */
export interface ServerOptions {
  readonly user: string
  readonly password: string
  /** Public keys that may log in, as in `authorized_keys`. */
  readonly authorizedKeys: readonly string[]
  readonly shell: string
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  /** Whom the commands run as; our own account without it. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined
}

const SLOW_START_MS = 400
const SLOW_BYTES = 32 * 1024
const CIPHERS = ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr'] as const

/** An SSH server in this process, on a free port of the loopback. Commands are real processes of a real shell. */
export class SshServer implements AsyncDisposable {
  private readonly options: ServerOptions
  private readonly onCommands: () => void
  private readonly children = new Set<ChildProcess>()
  private readonly sockets = new Set<Socket>()
  private hostKey = newHostKey()
  private server: InstanceType<typeof Server>
  private tcp: TcpServer | null = null
  private fault: Fault | null = null
  port = 0

  /** `onCommands` is called whenever a command began or ended. */
  constructor(options: ServerOptions, onCommands: () => void = () => undefined) {
    this.options = options
    this.onCommands = onCommands
    this.server = this.createServer()
  }

  /** As OpenSSH prints it: `SHA256:` and base64 without padding. */
  get hostFingerprint(): string {
    const key = utils.parseKey(this.hostKey)
    if (key instanceof Error) throw key
    return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`
  }

  /** Process ids of commands that still run. */
  get pids(): readonly number[] {
    return [...this.children].flatMap(({ pid }) => pid ?? [])
  }

  async listen(): Promise<void> {
    const tcp = createServer({ noDelay: true }, socket => this.welcome(socket))
    this.tcp = tcp
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject)
      tcp.listen(this.port, '127.0.0.1', resolve)
    })
    const address = tcp.address()
    if (address !== null && typeof address === 'object') this.port = address.port
  }

  /** Switches a fault on, or all off. Connections that are open are dropped where the fault would have shown itself. */
  async setFault(fault: Fault | null): Promise<void> {
    const wasOffline = this.tcp === null
    this.fault = fault
    if (fault === 'change-host-key') {
      this.hostKey = newHostKey()
      this.server = this.createServer()
    }
    if (fault !== null && fault !== 'hang-after-login') this.dropAll()
    if (fault === 'offline') await this.close()
    else if (wasOffline) await this.listen()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropAll()
    await this.close()
    for (const child of this.children) endGroup(child)
    await Promise.all([...this.children].map(child => new Promise(resolve => child.once('exit', resolve))))
  }

  private async close(): Promise<void> {
    const { tcp } = this
    this.tcp = null
    this.dropAll()
    if (tcp !== null) await new Promise(resolve => tcp.close(resolve))
  }

  private dropAll(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  private welcome(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('error', () => undefined) // a peer that goes away is no failure of ours
    if (this.fault === 'silent') return
    if (typeof this.fault === 'object' && this.fault !== null) cutAfter(socket, this.fault.bytes)
    if (this.fault === 'slow') slowDown(socket)
    this.server.injectSocket(socket)
  }

  private createServer(): InstanceType<typeof Server> {
    const server = new Server({ hostKeys: [this.hostKey], algorithms: { cipher: [...CIPHERS] } }, client =>
      this.serve(client),
    )
    return server
  }

  private serve(client: Connection): void {
    client.on('error', () => undefined) // a broken line ends its own connection, nothing else
    client.on('authentication', context => this.authenticate(context))
    client.on('session', accept => {
      const session = accept()
      session.on('env', acceptEnv => (acceptEnv as (() => void) | undefined)?.())
      session.on('pty', acceptPty => (acceptPty as (() => void) | undefined)?.())
      session.on('exec', (acceptExec, _reject, { command }) => this.run(acceptExec(), ['-c', command]))
      session.on('shell', acceptShell => this.run(acceptShell(), ['-l']))
    })
  }

  private authenticate(context: AuthContext): void {
    if (this.fault === 'refuse-login' || context.username !== this.options.user) {
      refuse(context)
      return
    }
    if (context.method === 'password') {
      decide(context, this.isPassword(context.password))
      return
    }
    if (context.method === 'keyboard-interactive') {
      context.prompt([{ prompt: 'Password: ', echo: false }], answers =>
        decide(context, this.isPassword(answers[0] ?? '')),
      )
      return
    }
    if (context.method !== 'publickey') {
      refuse(context)
      return
    }
    const key = this.options.authorizedKeys
      .map(parsed)
      .find(one => one?.getPublicSSH().equals(context.key.data) === true)
    if (key === undefined || key === null) {
      refuse(context)
      return
    }
    const { blob, signature } = context
    const isAsking = blob === undefined || signature === undefined
    decide(context, isAsking || key.verify(blob, signature, context.hashAlgo))
  }

  private isPassword(given: string): boolean {
    const digest = (text: string) => createHash('sha256').update(text).digest()
    return timingSafeEqual(digest(given), digest(this.options.password))
  }

  private run(channel: ServerChannel, words: readonly string[]): void {
    if (this.fault === 'hang-after-login') return
    const delayMs = this.fault === 'slow' ? SLOW_START_MS : 0
    setTimeout(() => this.start(channel, words), delayMs)
  }

  private start(channel: ServerChannel, words: readonly string[]): void {
    const { shell, home, environment, account = {} } = this.options
    // A group of its own, so that all a command started can be ended with it when the fleet goes.
    const child = spawn(shell, [...words], {
      cwd: home,
      env: { ...environment },
      ...account,
      detached: true,
      windowsHide: true,
    })
    this.children.add(child)
    this.onCommands()
    const leave = (): void => {
      this.children.delete(child)
      this.onCommands()
    }
    child.on('exit', leave)
    child.on('error', () => {
      leave()
      channel.stderr.write('The demo node cannot start a shell.\n')
      channel.exit(127)
      channel.end()
    })
    channel.on('error', () => undefined)
    child.stdin.on('error', () => undefined) // it ended without reading its input
    channel.pipe(child.stdin)
    channel.on('close', () => child.stdin.end())
    child.stdout.pipe(channel, { end: false })
    child.stderr.pipe(channel.stderr, { end: false })
    child.on('close', (code, signal) => {
      if (channel.destroyed) return
      if (signal === null) channel.exit(code ?? 0)
      else channel.exit(signal.replace(/^SIG/, ''), false, '')
      channel.end()
    })
  }
}

function newHostKey(): string {
  return newKey('').private
}

/** A key pair for logging in, as OpenSSH writes it. */
export function newClientKey(): { readonly private: string; readonly public: string } {
  return newKey('ocm-demo')
}

/** Now and then (2 of 1,000 with 1.17.0) ssh2 makes a key pair that it cannot read itself: then another one. */
function newKey(comment: string): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', { comment })
    if (parsed(pair.private) !== null && parsed(pair.public) !== null) return pair
  }
}

function parsed(text: string): ParsedKey | null {
  const key = utils.parseKey(text)
  return key instanceof Error ? null : key
}

function decide(context: AuthContext, isRight: boolean): void {
  if (isRight) context.accept()
  else refuse(context)
}

function refuse(context: AuthContext): void {
  context.reject(['publickey', 'password', 'keyboard-interactive'])
}

function cutAfter(socket: Socket, bytes: number): void {
  const timer = setInterval(() => {
    if (socket.bytesWritten >= bytes) socket.destroy()
  }, 5)
  socket.on('close', () => clearInterval(timer))
}

function slowDown(socket: Socket): void {
  const write = socket.write.bind(socket)
  let free = Date.now()
  const later = (...words: Parameters<typeof write>): boolean => {
    const [data] = words
    free = Math.max(free, Date.now()) + (Buffer.byteLength(data) / SLOW_BYTES) * 1000
    setTimeout(() => write(...words), free - Date.now())
    return true
  }
  socket.write = later as typeof socket.write
}

/** Ends a command and all of its group, by process id. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL') // The group is gone already; then this is a no-op too.
  }
}
