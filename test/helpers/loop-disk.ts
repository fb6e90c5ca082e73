import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempFolder } from './temp'

/**
 * A real, small file system on a loop device, with nothing kept back for root: it fills up like a disk does. Root on Linux only,
 * see `MOUNT_OBSTACLE`.
 */
export class LoopDisk implements Disposable {
  readonly #folder = tempFolder()

  /** @param path An empty folder, made if need be, where it is mounted. @param inodes How many files it can hold. */
  constructor(
    readonly path: string,
    { sizeMib, inodes }: { readonly sizeMib: number; readonly inodes: number },
  ) {
    const image = join(this.#folder.path, 'image')
    writeFileSync(image, '')
    truncateSync(image, sizeMib * 1024 * 1024)
    run('mkfs.ext4', '-q', '-F', '-m', '0', '-N', String(inodes), image)
    mkdirSync(path, { recursive: true, mode: 0o700 })
    run('mount', '-o', 'loop', image, path)
    rmSync(join(path, 'lost+found'), { recursive: true })
  }

  [Symbol.dispose](): void {
    run('umount', this.path)
    this.#folder[Symbol.dispose]()
  }
}

/** Tests narrow the search path; the tools of the system are where they always are. */
function run(program: string, ...words: readonly string[]): void {
  execFileSync(program, words, { env: { ...process.env, PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } })
}
