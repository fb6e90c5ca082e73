import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'

/** Pids of its own, with a first process that takes in what lost its parent. Root on Linux only, see `MOUNT_OBSTACLE`. */
export interface PidWorld extends Disposable {
  /** What a command is started through to be in there. */
  readonly way: readonly string[]
  /** Starts a program on its own as this user, with just these variables; answers its pid in there. */
  readonly start: (
    program: readonly string[],
    as: { readonly user: string; readonly env: Readonly<Record<string, string>> },
  ) => number
  /** Ends a process there and gives its pid to a new one of the same user that has nothing to do with it. All at once. */
  readonly replace: (pid: number, user: string) => void
  /** Words of the process that has this pid in there; null when there is none. */
  readonly wordsOf: (pid: number) => readonly string[] | null
}

/** Starts a process that lets go of everything; says its pid. */
const START = `
user=$1; shift
setsid setpriv --reuid "$user" --regid "$user" --clear-groups env -i "$@" </dev/null >/dev/null 2>&1 &
echo $!
`

/** The kernel counts on from the last pid it gave away, and lets root say which that was; one that is still taken is passed over,
 * as it is for a moment after its process is gone. */
const REPLACE = `
pid=$1 user=$2 tries=0
kill -KILL "$pid" || exit 1
while kill -0 "$pid" 2>/dev/null; do :; done
while [ $tries -lt 200 ]; do
  tries=$((tries + 1))
  echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid || exit 1
  setpriv --reuid "$user" --regid "$user" --clear-groups sleep 86400 </dev/null >/dev/null 2>&1 &
  [ $! = "$pid" ] && exit 0
  kill -KILL $!
  wait $! 2>/dev/null
  sleep 0.02
done
exit 1
`

/** Starts the world; everything in it ends with it. */
export async function startPidWorld(): Promise<PidWorld> {
  // Who ignores that children end need not wait for them.
  const first = 'echo up; exec env --ignore-signal=CHLD sleep 86400'
  const words = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', first]
  const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const spaces = `/proc/${child.pid ?? 0}/ns`
  const way = ['nsenter', `--mount=${spaces}/mnt`, `--pid=${spaces}/pid_for_children`, '--']
  const run = (...argv: readonly string[]): string =>
    execFileSync(way[0] ?? '', [...way.slice(1), ...argv], { encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' })
  return {
    way,
    start: (program, { user, env }) => {
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
      return Number(run('sh', '-c', START, 'sh', user, ...variables, ...program))
    },
    replace: (pid, user) => void run('sh', '-c', REPLACE, 'sh', String(pid), user),
    wordsOf: pid => {
      try {
        return run('sh', '-c', 'cat "/proc/$1/cmdline" 2>/dev/null', 'sh', String(pid)).split('\0').slice(0, -1)
      } catch {
        return null
      }
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}
