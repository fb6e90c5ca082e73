import { chmodSync, existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import { bestNode, locateNode, parseLocator } from '../../../main/remote/locate'
import { createRemotes, type NodeMemory } from '../../../main/remote/remotes'
import type { Remotes } from '../../../main/remote/types'
import { isRunning, until } from '../../helpers/child-channel'
import { LocalPool } from '../../helpers/local-pool'
import { shippedProgram } from '../../helpers/remote-programs'
import { TempFolder } from '../../helpers/temp-folder'
import { treeOf } from '../../helpers/tree'

let program: string
let pool: LocalPool
let folder: TempFolder
let memory: NodeMemory & { path: string | null }

const silent = { info: () => undefined, warn: () => undefined }

beforeAll(async () => {
  program = await shippedProgram()
})
beforeEach(() => {
  folder = new TempFolder()
  pool = new LocalPool({ ...process.env, HOME: folder.path, SHELL: '/bin/sh' })
  memory = {
    path: null,
    get: () => memory.path,
    set: (_nodeId, path) => {
      memory.path = path
    },
  }
})
afterEach(() => {
  pool.dropAll()
  folder[Symbol.dispose]()
})

function remotes(keepMs = 60_000): Remotes {
  return createRemotes({ pool, program, memory, log: silent, keepMs })
}

function pidOf(all: Remotes): Promise<number> {
  return all.use('n', remote => Promise.resolve(remote.hello.pid))
}

describe('remotes', () => {
  test('find Node by themselves, remember it, and serve everybody with one program', async () => {
    await using all = remotes()
    const [first, second] = await Promise.all([pidOf(all), pidOf(all)])
    expect(first).toBe(second)
    expect(memory.path).toMatch(/^\/.*node/)
    expect(pool.leases).toBe(1)
  })

  test('leave a node soon after the last use, and give the connection back', async () => {
    await using all = remotes(100)
    const pid = await pidOf(all)
    await until('the program to leave', async () => !(await isRunning(pid)))
    await until('the connection to be given back', () => pool.leases === 0)
    expect(await pidOf(all)).not.toBe(pid)
  })

  test('start anew when the program died', async () => {
    await using all = remotes()
    const pid = await pidOf(all)
    process.kill(pid, 'SIGKILL')
    await until('the connection to be given back', () => pool.leases === 0)
    expect(await pidOf(all)).not.toBe(pid)
  })

  test('look for Node again when the remembered one is gone', async () => {
    memory.path = '/nowhere/bin/node'
    await using all = remotes()
    expect(await pidOf(all)).toBeGreaterThan(0)
    expect(memory.path).not.toBe('/nowhere/bin/node')
  })

  test('a user who gives up does not disturb the one who waits', async () => {
    await using all = remotes()
    const abort = new AbortController()
    const impatient = all.use('n', remote => Promise.resolve(remote.hello.pid), abort.signal)
    const patient = pidOf(all)
    abort.abort()
    await expect(impatient).rejects.toMatchObject({ code: 'aborted' })
    expect(await patient).toBeGreaterThan(0)
  })

  test('a dropped node loses its program at once', async () => {
    await using all = remotes()
    const pid = await pidOf(all)
    all.drop('n')
    await until('the program to leave', async () => !(await isRunning(pid)))
  })
})

describe('the locator', () => {
  // Without grep it cannot look for running gateways: this machine has those of other tests.
  const located = (): ReturnType<typeof locateNode> => pool.use('n', connection => locateNode(connection))

  test("prefers the service's own Node to all that only lies there", async () => {
    const node = folder.write("node home's/bin/node", '#!/bin/sh\necho v24.1.0\n', 0o700)
    chmodSync(node, 0o700)
    folder.write(
      '.config/systemd/user/openclaw-gateway.service',
      `[Service]\nExecStart="${node}" x/dist/index.js gateway\n`,
    )
    pool = new LocalPool({ HOME: folder.path, SHELL: '/nowhere/sh', PATH: pathWithoutGrep() })
    expect(await located()).toEqual({ path: node, version: '24.1.0', from: 'service' })
  })

  test('takes the sh that Git brings to Windows for none: its paths start nothing there', async () => {
    folder.write('bin/uname', '#!/bin/sh\necho MINGW64_NT-10.0-26100\n', 0o700)
    const answer = String.raw`ocm-node\tpath\tC:\\node.exe\tv24.1.0\nocm-located\n`
    folder.write('bin/powershell', `#!/bin/sh\nprintf '${answer}'\n`, 0o700)
    pool = new LocalPool({ ...process.env, HOME: folder.path, PATH: `${join(folder.path, 'bin')}:/usr/bin:/bin` })
    expect(await located()).toEqual({ path: 'C:\\node.exe', version: '24.1.0', from: 'path' })
  })

  test('finds version managers, and takes a newer Node before an old one', async () => {
    folder.write('.nvm/versions/node/v14.0.0/bin/node', '#!/bin/sh\necho v14.0.0\n', 0o700)
    const fine = folder.write('.volta/tools/image/node/24.2.0/bin/node', '#!/bin/sh\necho v24.2.0\n', 0o700)
    pool = new LocalPool({ HOME: folder.path, SHELL: '/nowhere/sh', PATH: pathWithoutGrep() })
    expect(await located()).toMatchObject({ path: fine, from: 'volta' })
  })

  test('passes over a Node that hangs or lies', async () => {
    folder.write('.nvm/versions/node/v1/bin/node', '#!/bin/sh\nsleep 60\n', 0o700)
    folder.write('.nvm/versions/node/v2/bin/node', '#!/bin/sh\necho "I am not Node"\n', 0o700)
    const fine = folder.write('.nvm/versions/node/v3/bin/node', '#!/bin/sh\necho v23.0.0\n', 0o700)
    pool = new LocalPool({ HOME: folder.path, SHELL: '/nowhere/sh', PATH: pathWithoutGrep() })
    expect(await located()).toMatchObject({ path: fine })
  })

  test('leaves nothing behind: OpenClaw itself is not run, and npm writes nothing where a login shell calls it', async () => {
    const program = folder.write('bin/openclaw', '#!/bin/sh\ntouch "$HOME/was-run"\necho v24.0.0\n', 0o700)
    const unit = `[Service]\nExecStart=${program} gateway run\n`
    folder.write('.config/systemd/user/openclaw-gateway.service', unit)
    folder.write('.profile', 'npm config get prefix >/dev/null 2>&1\n')
    folder.write('tmp/.keep', '')
    const path = `${dirname(process.execPath)}:/usr/bin:/bin`
    pool = new LocalPool({ HOME: folder.path, SHELL: '/bin/sh', PATH: path, TMPDIR: join(folder.path, 'tmp') })
    const before = treeOf(folder.path)
    expect((await located()).path).not.toBe(program)
    expect(treeOf(folder.path)).toEqual(before)
  })

  test('a chatty login shell does not confuse it', () => {
    const output = 'Welcome!\nocm-node\tpath\t/usr/bin/node\tv22.9.0\r\nocm-node\tbad\nbye'
    expect(parseLocator(output)).toEqual([{ from: 'path', path: '/usr/bin/node', version: '22.9.0' }])
  })

  test('built-in SQLite is worth passing over a Node that comes first; too old is none', () => {
    const node = (version: string): Parameters<typeof bestNode>[0][number] => ({
      path: `/${version}`,
      version,
      from: 'x',
    })
    expect(bestNode([node('20.1.0'), node('22.5.0')])?.version).toBe('22.5.0')
    expect(bestNode([node('16.1.0'), node('18.0.0')])?.version).toBe('18.0.0')
    expect(bestNode([node('16.1.0')])).toBeUndefined()
  })

  /** The tools that the locator knows, and neither node nor grep. */
  function pathWithoutGrep(): string {
    const bin = join(folder.path, 'bin')
    mkdirSync(bin, { recursive: true })
    for (const tool of ['sh', 'sed', 'head', 'tail', 'readlink', 'timeout', 'base64', 'echo', 'sleep', 'cat']) {
      symlinkSync(realpathSync(existsSync(`/usr/bin/${tool}`) ? `/usr/bin/${tool}` : `/bin/${tool}`), join(bin, tool))
    }
    return bin
  }
})
