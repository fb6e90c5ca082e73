import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { planDelete } from '../../../main/deletion/plan'
import { genericRows } from '../../../main/perform/delete/generic-rows'
import { createRemotes } from '../../../main/remote/remotes'
import { createWitness, type Testimony } from '../../../main/remote/witness'
import { Traces, type Deletion } from '../../../shared/deletion'
import { shippedProgram } from '../../helpers/remote-programs'
import { connectedPool } from '../../helpers/sshd'
import { TempFolder } from '../../helpers/temp-folder'
import { deletionFacts, options, stamp } from '../deletion/facts'

/** Folders of the system of which a machine has copies of its own. */
const OWN_FOLDERS = ['/etc', '/usr/lib/systemd']

/** A machine over a real sshd with an own schedule, made from a copy of this one's, and an own home. Root on Linux only. */
export async function scheduledMachine() {
  await using undo = new AsyncDisposableStack()
  const folder = undo.use(new TempFolder())
  const own = OWN_FOLDERS.filter(path => existsSync(path))
  for (const path of own) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true })
    execFileSync('cp', ['-a', path, join(folder.path, path)])
  }
  const home = join(folder.path, 'home/ada')
  mkdirSync(home, { recursive: true })
  const showing = Object.fromEntries(own.map(path => [path, join(folder.path, path)]))
  const access = undo.use(
    await connectedPool({
      env: { HOME: home, SHELL: '/bin/sh', USER: 'root', XDG_RUNTIME_DIR: join(home, 'run') },
      hiding: [],
      showing,
    }),
  )
  const { pool, nodeId } = access
  const memory = { get: () => null, set: () => undefined }
  const log = { info: () => undefined, warn: () => undefined }
  const remotes = undo.use(createRemotes({ pool, program: await shippedProgram(), memory, log }))
  const all = undo.move()
  onTestFinished(() => all.disposeAsync())
  /** Where a file of the machine lies here; what is in the home lies there already. */
  const placeOf = (path: string): string => (path.startsWith(folder.path) ? path : join(folder.path, path))
  return {
    /** Writes a file of the machine; answers the path it has there. */
    write: (path: string, lines: readonly string[], mode = 0o644): string => {
      const text = lines.map(line => `${line}\n`).join('')
      const full = folder.write(path.replace(/^\//, ''), text)
      chmodSync(full, mode)
      return path.startsWith('/home') ? full : path
    },
    /** What `systemctl mask` makes. */
    mask: (path: string): void => symlinkSync('/dev/null', placeOf(path)),
    remove: (path: string): void => rmSync(placeOf(path)),
    traces: async () =>
      Traces.parse(
        await remotes.use(nodeId, remote => remote.request('traces', { withSizes: false }, { limitMs: 60_000 })),
      ),
    look: () => createWitness({ pool }).look(nodeId, {}),
  }
}

/** What a deletion of all would do. */
export function planned(traces: Traces): Deletion {
  const { deletion } = planDelete(deletionFacts({ traces }), options(), stamp)
  if (deletion === undefined) throw new Error('no deletion')
  return deletion
}

/** What the proof says of the schedule and timers as a whole. */
export function scheduleRow(deletion: Deletion, seen: Testimony) {
  return rowOf('Lines of OpenClaw in the schedule of the system and in timers', deletion, seen)
}

/** What the proof says of services as a whole. */
export function unitsRow(deletion: Deletion, seen: Testimony) {
  return rowOf('Service definitions of OpenClaw', deletion, seen)
}

function rowOf(text: string, deletion: Deletion, seen: Testimony) {
  return genericRows(deletion, seen, { uid: 0, home: '/root' }).find(({ what }) => what === text)
}
