import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { createWitness, type Questions, type Testimony } from '../../../main/remote/witness'
import { CrontabStandIn } from '../../helpers/crontab'
import { LocalPool } from '../../helpers/local-pool'
import { test } from '../../helpers/posix'
import { TempFolder } from '../../helpers/temp-folder'

let folder: TempFolder
let pool: LocalPool
const children: ChildProcess[] = []

beforeEach(() => {
  folder = new TempFolder()
  use({})
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  pool.dropAll()
  folder[Symbol.dispose]()
})

function use(env: Readonly<Record<string, string>>): void {
  pool = new LocalPool({ HOME: folder.path, SHELL: '/bin/sh', PATH: '/usr/bin:/bin', ...env })
}

function look(questions: Questions = {}): Promise<Testimony> {
  return createWitness({ pool }).look('n', questions)
}

const sha = (line: string): string => createHash('sha256').update(line, 'latin1').digest('hex')
const known = <T>(value: T) => ({ state: 'known', value })

test('a process is told with its account and the set-up it runs for', async () => {
  const child = spawn(
    process.execPath,
    ['-e', `process.title = 'openclaw-gateway'; console.log(1); setInterval(() => 0, 1000)`],
    {
      env: {
        HOME: folder.path,
        OPENCLAW_PROFILE: 'work',
        OPENCLAW_STATE_DIR: '/s p/x',
        OPENCLAW_GATEWAY_TOKEN: 'hush',
      },
    },
  )
  children.push(child)
  await new Promise(resolve => child.stdout.once('data', resolve))
  const testimony = await look()
  const processes = testimony.processes.state === 'known' ? testimony.processes.value : []
  expect(processes.find(({ pid }) => pid === child.pid)).toMatchObject({
    uid: process.getuid?.(),
    home: folder.path,
    profile: 'work',
    stateDir: '/s p/x',
  })
  expect(JSON.stringify(testimony)).not.toContain('hush')
})

test('workers of the package count as its processes', async () => {
  const script = folder.write(
    'openclaw/dist/process/spawn-broker/worker.js',
    'console.log(1); setInterval(() => 0, 1000)',
  )
  const child = spawn(process.execPath, [script])
  children.push(child)
  await new Promise(resolve => child.stdout.once('data', resolve))
  const { processes } = await look()
  expect(processes.state === 'known' && processes.value.some(({ pid }) => pid === child.pid)).toBe(true)
})

describe('lines', () => {
  test('of start-up files and the crontab that name OpenClaw are told by their hash, whatever their bytes', async () => {
    const crontab = new CrontabStandIn(folder.path)
    use({ PATH: `${crontab.bin}:/usr/bin:/bin` })
    const lines = ['# OpenClaw Completion', 'source ~/.openclaw/completions/openclaw.bash', '  \talias oc=openclaw \\']
    writeFileSync(join(folder.path, '.bashrc'), ['export A=1', ...lines, 'caf\xe9 openclaw'].join('\n'), 'latin1')
    crontab.write('0 1 * * * true\n@reboot  openclaw gateway run\n')
    const { startUpFiles, cronLines } = await look()
    expect(startUpFiles).toEqual(
      known([{ path: join(folder.path, '.bashrc'), lines: known([...lines, 'caf\xe9 openclaw'].map(sha)) }]),
    )
    expect(cronLines).toEqual(known([sha('@reboot  openclaw gateway run')]))
  })

  test('are none where there are none', async () => {
    const crontab = new CrontabStandIn(folder.path)
    use({ PATH: `${crontab.bin}:/usr/bin:/bin` })
    folder.write('.bashrc', 'export A=1\n')
    const { startUpFiles, cronLines } = await look()
    expect([startUpFiles, cronLines]).toEqual([known([]), known([])])
  })

  test('of a crontab that cannot be read are unknown, not none', async () => {
    mkdirSync(join(folder.path, 'bin'))
    folder.write('bin/crontab', '#!/bin/sh\necho "crontab: permission denied" >&2\nexit 1\n', 0o755)
    use({ PATH: `${folder.path}/bin:/usr/bin:/bin` })
    expect((await look()).cronLines.state).toBe('unknown')
  })

  test('of a file that is closed are unknown', async context => {
    if (process.getuid?.() === 0 && !existsSync('/usr/bin/setpriv'))
      return context.skip('root reads closed files, and no setpriv is there')
    chmodSync(folder.path, 0o755)
    const file = folder.write('.zshrc', 'openclaw', 0o000)
    if (process.getuid?.() === 0) {
      mkdirSync(join(folder.path, 'bin'))
      folder.write('bin/sh', '#!/bin/sh\nexec /usr/bin/setpriv --reuid 4242 --clear-groups /bin/sh "$@"\n', 0o755)
      chmodSync(join(folder.path, 'bin'), 0o755)
      use({ PATH: `${folder.path}/bin:/usr/bin:/bin` })
    }
    const { startUpFiles } = await look()
    expect(startUpFiles).toMatchObject(known([{ path: file, lines: { state: 'unknown' } }]))
  })
})

test('units: copies, drop-ins and links are told; whether something starts them is asked of the manager and of the links', async () => {
  const units = '.config/systemd/user'
  const copy = folder.write(`${units}/openclaw-gateway.service.bak`, '')
  folder.write(`${units}/openclaw-gateway.service.d/own.conf`, '')
  mkdirSync(join(folder.path, units, 'default.target.wants'))
  const link = join(folder.path, units, 'default.target.wants/openclaw-node.service')
  symlinkSync('/gone/openclaw-node.service', link)
  const said = `case $* in *gateway*) echo disabled; exit 1 ;; *odd*) echo "Failed to connect to bus" >&2; exit 1 ;; *) echo enabled ;; esac`
  folder.write('bin/systemctl', `#!/bin/sh\n${said}\n`, 0o755)
  use({ PATH: `${folder.path}/bin:/usr/bin:/bin` })
  const user = (name: string) => ({ name, scope: 'user' as const })
  const testimony = await look({
    paths: [copy],
    units: [user('openclaw-gateway.service'), user('openclaw-node.service'), { name: 'x.service', scope: 'system' }],
  })
  expect(testimony.paths).toEqual([known(true)])
  expect(testimony.enabled).toEqual([known(false), known(true), known(true)])
  const own = testimony.units.filter(path => path.startsWith(folder.path))
  expect(own.sort()).toEqual([copy, join(folder.path, units, 'openclaw-gateway.service.d'), link].sort())
})

test('linger is what logind says, and unknown when it says nothing', async context => {
  if (existsSync('/var/lib/systemd/linger')) return context.skip('logind’s own notes of this machine would be asked')
  for (const [said, meant] of [
    ['echo Linger=yes', known(true)],
    ['echo Linger=no', known(false)],
    ['echo "Failed to connect to bus" >&2; exit 1', { state: 'unknown', why: expect.any(String) as string }],
  ] as const) {
    folder.write('bin/loginctl', `#!/bin/sh\n${said}\n`, 0o755)
    use({ PATH: `${folder.path}/bin:/usr/bin:/bin` })
    expect((await look()).linger).toEqual(meant)
  }
})

test('every command is told, on both ways and where installers put them, dangling links too', async () => {
  const onPath = folder.write('plain bin/openclaw', '#!/bin/sh\n', 0o755)
  const inLogin = folder.write('login/moltbot', '#!/bin/sh\n', 0o755)
  folder.write('.profile', `PATH="${folder.path}/login:$PATH"\n`)
  mkdirSync(join(folder.path, '.npm-global/bin'), { recursive: true })
  const dangling = join(folder.path, '.npm-global/bin/openclaw')
  symlinkSync('/gone', dangling)
  use({ PATH: `${folder.path}/plain bin:/usr/bin:/bin` })
  const { allCommands, commands } = await look()
  const own = allCommands.state === 'known' ? allCommands.value.filter(path => path.startsWith(folder.path)) : []
  expect(own.sort()).toEqual([onPath, inLogin, dangling].sort())
  expect(commands.plain).toBe(onPath)
})

test('the command of a login shell is told, and nothing that its start-up files print is taken for one', async () => {
  use({ PATH: '/usr/bin:/bin' })
  folder.write('.profile', 'echo "See /etc/motd for the news of openclaw"\n')
  expect((await look()).commands.login).toBeNull()
  const inLogin = folder.write('login/openclaw', '#!/bin/sh\n', 0o755)
  folder.write('.profile', `echo "See /etc/motd"\nPATH="${folder.path}/login:$PATH"\n`)
  expect((await look()).commands.login).toBe(inLogin)
})

test('a login shell that fails leaves the commands unknown', async () => {
  use({ SHELL: '/bin/false' })
  expect((await look()).allCommands.state).toBe('unknown')
})

test('on a demo machine nothing outside of its own folder is told', async () => {
  const crontab = new CrontabStandIn(folder.path)
  crontab.write('@reboot openclaw\n')
  const home = join(folder.path, 'demo/pc-a/home/ada')
  mkdirSync(home, { recursive: true })
  folder.write('elsewhere/openclaw', '', 0o755)
  const own = folder.write('demo/pc-a/bin/openclaw', '', 0o755)
  use({
    HOME: home,
    PATH: `${folder.path}/elsewhere:${folder.path}/demo/pc-a/bin:${crontab.bin}:/usr/bin:/bin`,
    OCM_DEMO_SERVICE_MANAGER: 'systemd',
  })
  const { allCommands, cronLines } = await look()
  expect([allCommands, cronLines]).toEqual([known([own]), known([])])
})
