import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Services } from '../../../main/services'
import { DeletionOptions } from '../../../shared/deletion'
import type { Operation, Plan } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { open, whenStep } from '../../helpers/nodes'
import { startPidWorld, type PidWorld } from '../../helpers/pid-world'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { startSshd } from '../../helpers/sshd'
import { tempFolder } from '../../helpers/temp'
import { throwawayUser } from '../../helpers/throwaway-user'

const UNITS = '/etc/systemd/system'

/**
 * Stands in for systemd with a unit that it cannot bring to an end: its process stays, until somebody else ends it. The first
 * pid it is told stands in the file `pid`.
 */
const SYSTEMCTL = `#!/bin/sh
verb= name=
for word; do case $word in -*|*,*) ;; *) [ -n "$verb" ] && name=$word || verb=$word ;; esac; done
for word; do [ "$word" = --user ] && { echo 'Failed to connect to bus' >&2; exit 1; }; done
[ -e "${UNITS}/$name" ] && load=loaded file=disabled || { load=not-found file=; }
read -r pid <FOLDER/pid
if grep -q openclaw-gateway "/proc/$pid/cmdline" 2>/dev/null; then active=deactivating; else active=inactive pid=0; fi
case $verb in
  show) printf 'Id=%s\\nLoadState=%s\\nActiveState=%s\\nMainPID=%s\\nUnitFileState=%s\\nFragmentPath=%s\\n' \\
    "$name" $load $active $pid "$file" "${UNITS}/$name" ;;
  is-enabled) [ -n "$file" ] && echo $file || { echo "No such file or directory" >&2; exit 1; } ;;
esac
exit 0
`

/** Stands in for sudo: makes its command root's when the password is right. */
const SUDO = `#!/bin/sh
read -r password
echo "$password" >>FOLDER/tries
[ "$password" = 'the password' ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
while [ "$1" != -- ]; do shift; done
shift
printf '%s ' "$@" | tr '\\n' ' ' >>FOLDER/sudo.log
exec FOLDER/as-root --reuid 0 --regid 0 --clear-groups -- "$@"
`

interface Machine {
  readonly services: Services
  readonly nodeId: string
  readonly world: PidWorld
  /** Root's process. */
  readonly pid: number
  /** What was run by sudo. */
  readonly asRoot: () => string
  /** How often sudo was given a password. */
  readonly tries: () => number
}

/** A machine with pids of its own, where a unit written by hand has root run what lies in the login's home. */
async function machine(): Promise<Machine> {
  await using undo = new AsyncDisposableStack()
  const folder = undo.use(tempFolder())
  execFileSync('chmod', ['755', folder.path])
  const home = folder.join('home')
  const user = undo.use(throwawayUser({ home }))
  const uid = Number(execFileSync('id', ['-u', user.name]))
  const write = (path: string, text: string, mode = 0o644): string => {
    mkdirSync(dirname(folder.join(path)), { recursive: true })
    writeFileSync(folder.join(path), text, { mode })
    return folder.join(path)
  }
  write('home/.openclaw/openclaw.json', '{ "gateway": { "port": 45998 } }')
  for (const path of ['', ...readdirSync(home, { recursive: true }).map(String)]) chownSync(join(home, path), uid, uid)
  write('bin/systemctl', SYSTEMCTL.replaceAll('FOLDER', folder.path), 0o755)
  write('bin/sudo', SUDO.replaceAll('FOLDER', folder.path), 0o755)
  for (const name of ['sudo.log', 'tries']) chmodSync(write(name, ''), 0o666)
  copyFileSync('/usr/bin/setpriv', folder.join('as-root'))
  chmodSync(folder.join('as-root'), 0o4755)
  const script = write('process.js', 'process.title = process.argv[2]; setInterval(() => 0, 1000)')
  const exec = `${process.execPath} ${home}/openclaw/dist/index.js gateway run --port 45998`
  write('system/openclaw.service', `[Service]\nExecStart=${exec}\n`)

  const world = undo.use(await startPidWorld())
  execFileSync(world.way[0] ?? '', [...world.way.slice(1), 'mount', '--bind', folder.join('system'), UNITS])
  const path = [folder.join('bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':')
  const env = { HOME: home, PATH: path, TMPDIR: folder.join('tmp') }
  mkdirSync(folder.join('tmp'))
  chmodSync(folder.join('tmp'), 0o777)
  const pid = world.start([process.execPath, script, 'openclaw-gateway'], { user: 'root', env: { HOME: '/root' } })
  write('pid', `${pid}\n`)
  const sshd = undo.use(await startSshd({ user: user.name, env: { ...env, SHELL: '/bin/sh' }, within: world.way }))
  const services = undo.use(await open(folder.join('data')))
  const { registry, hostKeys, secrets } = services
  const { id: nodeId } = registry.add({ ...sshd.input, label: 'hand-made' })
  hostKeys.replace(nodeId, sshd.hostKey)
  await secrets.set(nodeId, 'sudo', 'the password')
  const all = undo.move()
  onTestFinished(() => all.disposeAsync())
  const read = (name: string): string => readFileSync(folder.join(name), 'utf8')
  const tries = (): number => read('tries').split('\n').length - 1
  return { services, nodeId, world, pid, tries, asRoot: () => read('sudo.log') }
}

async function planned({ services, nodeId, pid }: Machine): Promise<Plan> {
  const plan = await services.deletionPlanner.delete(nodeId, DeletionOptions.parse({}))
  expect(plan.deletion?.items.find(item => item.process?.pid === pid && item.kind === 'process')).toMatchObject({
    ...{ verdict: 'goes', verb: 'stop', needsRoot: true, process: { unit: 'openclaw' } },
  })
  return plan
}

async function run({ services }: Machine, plan: Plan): Promise<Operation> {
  return services.operations.settled((await services.operations.run(plan.id, { typedName: 'hand-made' })).id)
}

const signalled = (pid: number): string => `kill "-$signal" "$pid"  sh ${pid} `

describe.skipIf(skips('processes of root', MOUNT_OBSTACLE))('a process of root that its unit does not end', () => {
  test('is ended through sudo', { timeout: 2 * MINUTE }, async () => {
    const made = await machine()
    const { world, pid, asRoot } = made
    const operation = await run(made, await planned(made))
    expect(world.wordsOf(pid)).toBe(null)
    expect(asRoot()).toContain(signalled(pid))
    expect(operation).toMatchObject({ state: 'done', error: null })
  })

  test('stays when sudo refuses the password, which is tried once', { timeout: 2 * MINUTE }, async () => {
    const made = await machine()
    const { services, nodeId, world, pid, tries } = made
    await services.secrets.set(nodeId, 'sudo', 'not the password')
    const operation = await run(made, await planned(made))
    expect(world.wordsOf(pid)).not.toBe(null)
    expect(tries()).toBe(1)
    const stop = operation.steps.find(({ stepId }) => stepId === 'stop')
    expect(stop).toMatchObject({ state: 'failed', error: { code: 'credential-refused' } })
    expect(stop?.error?.message).toContain(`openclaw-gateway (pid ${pid}) runs`)
    expect(operation.state).toBe('failed')
  })

  test('is let go of when a new one got its pid between the look and the signal', { timeout: 2 * MINUTE }, async () => {
    const made = await machine()
    const { services, world, pid, asRoot } = made
    const plan = await planned(made)
    let replaced = 0
    using _between = whenStep(
      services,
      ({ note }) => note.startsWith('Asking to end: '),
      () => {
        world.replace(pid, 'root')
        replaced++
      },
    )
    const operation = await run(made, plan)
    expect(replaced).toBe(1)
    expect(asRoot()).toContain(signalled(pid))
    expect(world.wordsOf(pid)).toEqual(['sleep', '86400'])
    expect(operation.steps.find(({ stepId }) => stepId === 'stop')).toMatchObject({ state: 'done' })
    expect(operation).toMatchObject({ state: 'done', error: null })
  })
})
