import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sudoExec } from '../../../main/ssh/exec'
import { SECOND } from '../../../shared/units'
import { failureOf } from '../../helpers/failure'
import { startLoggingServer } from '../../helpers/logging-server'
import { skips, unlessLinux } from '../../helpers/requirement'
import { connectedPool, createAccess } from '../../helpers/sshd'
import { until } from '../../helpers/temp'

test('hands the program exactly the words given', async () => {
  await using ready = await connectedPool()
  const words = [`it's $HOME; rm -rf / "\n*~`, '', '-n', '\\', '`id`', '!!', 'ü→🦞', '$(id)', '%s', '\t']
  const result = await ready.pool.use(ready.nodeId, connection =>
    connection.exec(['printf', '%s\\0', ...words], { limitMs: 5 * SECOND }),
  )
  expect(result).toEqual({ code: 0, stdout: words.map(word => `${word}\0`).join(''), stderr: '' })
})

test('a non-zero exit is an answer, with what was printed on both outputs', async () => {
  await using ready = await connectedPool()
  const result = await ready.pool.use(ready.nodeId, connection =>
    connection.exec(['sh', '-c', 'echo out; echo err >&2; exit 3'], { limitMs: 5 * SECOND }),
  )
  expect(result).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' })
})

test('input, environment and working directory reach the command', async () => {
  await using ready = await connectedPool()
  const folder = ready.sshd.folder.join(`a folder's "name"`)
  mkdirSync(folder)
  const result = await ready.pool.use(ready.nodeId, connection =>
    connection.exec(['sh', '-c', 'cat; printf "%s|%s" "$MARK" "$PWD"'], {
      limitMs: 5 * SECOND,
      input: Buffer.from('from stdin|'),
      env: { MARK: `it's "set" $HOME` },
      cwd: folder,
    }),
  )
  expect(result.stdout).toBe(`from stdin|it's "set" $HOME|${folder}`)
})

const skipsLimits = skips('limits that the node itself keeps', unlessLinux('this system has no `timeout`'))

test.skipIf(skipsLimits)('a command that hangs past its limit is ended on the node itself', async () => {
  await using ready = await connectedPool()
  const pidFile = ready.sshd.folder.join('pid')
  const startedAt = performance.now()
  const failure = await failureOf(
    ready.pool.use(ready.nodeId, connection =>
      connection.exec(['sh', '-c', `echo $$ > ${pidFile}; exec sleep 60`], { limitMs: SECOND }),
    ),
  )
  expect(failure.code).toBe('timeout')
  expect(performance.now() - startedAt).toBeLessThan(8 * SECOND)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  await until(() => !isAlive(pid))
  // The connection is none the worse for it.
  expect((await ready.pool.use(ready.nodeId, c => c.exec(['echo', 'fine'], { limitMs: 5000 }))).stdout).toBe('fine\n')
  expect(ready.sshd.log().match(/Accepted publickey/g)).toHaveLength(1)
})

test('a command whose own exit status is 124 did not time out', async () => {
  await using ready = await connectedPool()
  const result = await ready.pool.use(ready.nodeId, c => c.exec(['sh', '-c', 'exit 124'], { limitMs: 5 * SECOND }))
  expect(result.code).toBe(124)
})

test('output above the cap is refused, below it arrives whole', async () => {
  await using ready = await connectedPool()
  const print = (bytes: number) =>
    ready.pool.use(ready.nodeId, c => c.exec(['head', '-c', String(bytes), '/dev/zero'], { limitMs: 10_000 }))
  expect((await print(1024 * 1024)).stdout).toHaveLength(1024 * 1024)
  expect(await failureOf(print(1024 * 1024 + 1))).toMatchObject({ code: 'output-too-large' })
})

test('a command ended by a signal says so', async () => {
  await using ready = await connectedPool({ env: { PATH: '/nowhere' } })
  const failure = await failureOf(
    ready.pool.use(ready.nodeId, c => c.exec(['/bin/sh', '-c', 'kill -SEGV $$'], { limitMs: 5000 })),
  )
  expect(failure).toMatchObject({ code: 'command-failed', message: expect.stringContaining('SIGSEGV') as string })
})

test('without `timeout` on the node the wait is still limited', async () => {
  await using ready = await connectedPool({ env: { PATH: '/nowhere' } })
  const failure = await failureOf(ready.pool.use(ready.nodeId, c => c.exec(['/bin/sleep', '3'], { limitMs: 500 })))
  expect(failure.code).toBe('timeout')
})

test('cancelling ends the wait at once', async () => {
  await using ready = await connectedPool()
  const failure = await failureOf(
    ready.pool.use(ready.nodeId, c => c.exec(['sleep', '3'], { limitMs: 10_000, signal: AbortSignal.timeout(300) })),
  )
  expect(failure.code).toBe('aborted')
})

test('a server that takes the login and then hangs is given up', async () => {
  let requests = 0
  await using server = await startLoggingServer({
    password: 'secret',
    onReady: client => void client.on('session', () => (requests += 1)), // never accepted
  })
  await using access = createAccess({ limits: { openMs: 300 } })
  const node = access.addTrusted(server)
  await access.secrets.set(node.id, 'password', 'secret')
  const failure = await failureOf(access.pool.use(node.id, c => c.exec(['true'], { limitMs: 10_000 })))
  expect(failure).toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('does not run commands') as string,
  })
  expect(requests).toBe(1)
})

test('a server that allows fewer sessions than we ask for is asked again', async () => {
  await using ready = await connectedPool({ config: ['MaxSessions 2'] })
  const answers = await ready.pool.use(ready.nodeId, c =>
    Promise.all(Array.from({ length: 6 }, (_, index) => c.exec(['echo', String(index)], { limitMs: 20_000 }))),
  )
  expect(answers.map(({ stdout }) => stdout)).toEqual(['0\n', '1\n', '2\n', '3\n', '4\n', '5\n'])
})

test('more than eight commands at once take turns, and all are answered', async () => {
  await using ready = await connectedPool()
  const folder = ready.sshd.folder.path
  const script = [
    `mkdir ${folder}/run-$0; while [ ! -e ${folder}/go ]; do sleep 0.1; done`,
    `ls -d ${folder}/run-* | wc -l; rmdir ${folder}/run-$0`,
  ].join('; ')
  const running = (): number => readdirSync(folder).filter(name => name.startsWith('run-')).length
  const counts = await ready.pool.use(ready.nodeId, c => {
    void until(() => running() === 8).then(() => writeFileSync(`${folder}/go`, ''))
    return Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const { stdout } = await c.exec(['sh', '-c', script, String(index)], { limitMs: 20_000 })
        return Number(stdout)
      }),
    )
  })
  expect(counts).toHaveLength(24)
  expect(Math.max(...counts)).toBeLessThanOrEqual(8)
  expect(ready.sshd.log().match(/Accepted publickey/g)).toHaveLength(1)
})

test('a raw channel carries large data both ways', async () => {
  await using ready = await connectedPool()
  const size = 32 * 1024 * 1024
  const received = await ready.pool.use(ready.nodeId, async c => {
    const channel = await c.open('cat')
    channel.stderr.resume()
    let bytes = 0
    channel.stdout.on('data', (part: Buffer) => (bytes += part.length))
    channel.stdin.end(Buffer.alloc(size, 7))
    expect(await channel.closed).toEqual({ code: 0, signal: null })
    return bytes
  })
  expect(received).toBe(size)
})

test('sudo gets its password on stdin, never in the words', async () => {
  await using ready = await connectedPool({ env: { PATH: '/nowhere:/usr/bin:/bin' } })
  // A stand-in for sudo: the real one is not on every machine that runs this test.
  const bin = ready.sshd.folder.join('bin')
  mkdirSync(bin)
  writeFileSync(
    `${bin}/sudo`,
    `#!/bin/sh
read -r password
if [ "$password" != right ]; then echo "sudo: 1 incorrect password attempt" >&2; exit 1; fi
echo "words: $*"; cat\n`,
  )
  chmodSync(`${bin}/sudo`, 0o755)
  const run = (secret: Buffer) =>
    ready.pool.use(ready.nodeId, c =>
      sudoExec(c, ['systemctl', 'stop', '--', 'a b'], { secret, limitMs: 5000, env: { PATH: `${bin}:/usr/bin:/bin` } }),
    )
  expect((await run(Buffer.from('right'))).stdout).toBe(
    `words: -S -k -p  -- ${skipsLimits ? '' : 'timeout -k 5 5 '}systemctl stop -- a b\n`,
  )
  expect(await failureOf(run(Buffer.from('wrong')))).toMatchObject({ code: 'credential-refused' })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false // no such process
  }
}
