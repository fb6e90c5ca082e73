import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWitness, type Questions, type Testimony } from '../../../main/remote/witness'
import { LocalPool } from '../../helpers/local-pool'
import { TempFolder } from '../../helpers/temp-folder'

let folder: TempFolder
let pool: LocalPool

beforeEach(() => {
  folder = new TempFolder()
  pool = new LocalPool({ ...process.env, HOME: folder.path, SHELL: '/bin/sh' })
})
afterEach(() => {
  pool.dropAll()
  folder[Symbol.dispose]()
})

function look(questions: Questions): Promise<Testimony> {
  return createWitness({ pool }).look('n', questions)
}

const yes = { state: 'known', value: true }
const no = { state: 'known', value: false }

test('tells what is there and what is not, whatever the names', async () => {
  const odd = folder.write(`it's "odd" $HOME \`x\`;\n rm -rf\t*`, '')
  const dangling = join(folder.path, 'dangling')
  symlinkSync('/nowhere', dangling)
  const { paths } = await look({ paths: [odd, dangling, join(folder.path, 'absent'), '/no/such/folder/at all', '-n'] })
  expect(paths).toEqual([yes, yes, no, no, no])
})

test('tells who listens and whether the gateway answers', async () => {
  const web = createServer((request, response) => {
    response.statusCode = request.url === '/healthz' ? 200 : 404
    response.end('{"ok":true}')
  })
  const deaf = createTcpServer(socket => socket.destroy())
  await Promise.all([web, deaf].map(server => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))))
  const [port, deafPort] = [web, deaf].map(server => (server.address() as AddressInfo).port)
  if (port === undefined || deafPort === undefined) throw new Error('no port')
  const { ports, health } = await look({ ports: [port, 1], healthPorts: [port, deafPort, 1] })
  expect(ports).toEqual([yes, no])
  expect(health).toEqual([200, null, null].map(value => ({ state: 'known', value })))
  web.close()
  deaf.close()
})

test('never tells of a process that ended while it was looked at without telling whose it was', async context => {
  if (process.platform !== 'linux') return context.skip('only Linux shows the variables of processes')
  for (let round = 0; round < 2; round++) {
    const others = Array.from({ length: 20 }, () =>
      spawn('sleep', ['60'], { argv0: 'openclaw-gateway', env: { HOME: '/somewhere/else' }, stdio: 'ignore' }),
    )
    const pids = new Set(others.map(({ pid }) => pid))
    const killer = spawn('sh', ['-c', [...pids].map(pid => `kill -9 ${pid}; sleep 0.02`).join('; ')])
    const isOver = once(killer, 'close')
    while (killer.exitCode === null) {
      const { processes } = await look({})
      if (processes.state === 'unknown') throw new Error(processes.why)
      const seen = processes.value.filter(({ pid }) => pids.has(pid))
      expect(seen.filter(({ home }) => home !== '/somewhere/else')).toEqual([])
    }
    await isOver
  }
})

test('sees processes by their title, and no shell that merely speaks of them', async () => {
  const child = spawn(process.execPath, [
    '-e',
    `process.title = 'openclaw-gateway'; console.log(1); setInterval(() => 0, 1000)`,
  ])
  const bystander = spawn('sh', ['-c', 'echo 1; sleep 30; : openclaw-gateway'])
  await Promise.all([child, bystander].map(one => new Promise(resolve => one.stdout.once('data', resolve))))
  const { processes } = await look({})
  const pids = processes.state === 'known' ? processes.value.map(({ pid }) => pid) : []
  expect(pids).toContain(child.pid)
  expect(pids).not.toContain(bystander.pid)
  child.kill('SIGKILL')
  bystander.kill('SIGKILL')
})

test('finds unit files and commands that were left', async () => {
  const unit = folder.write('.config/systemd/user/openclaw-gateway.service', '[Service]\n')
  const command = folder.write('bin/openclaw', '#!/bin/sh\n', 0o700)
  pool = new LocalPool({
    ...process.env,
    HOME: folder.path,
    SHELL: '/bin/sh',
    PATH: `${folder.path}/bin:/usr/bin:/bin`,
  })
  const testimony = await look({})
  expect(testimony.units).toContain(unit)
  expect(testimony.commands.plain).toBe(command)
})

test('an answer that was cut off is none', async () => {
  pool = new LocalPool({ ...process.env, PATH: '/nowhere' })
  await expect(look({ paths: ['/'] })).rejects.toMatchObject({ code: 'bad-answer' })
})
