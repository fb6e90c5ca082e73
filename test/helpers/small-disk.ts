import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { tempFolder } from './temp'

/** A file system of its own with little room. Root on Linux only, see `MOUNT_OBSTACLE`. */
export class SmallDisk implements Disposable {
  readonly #folder = tempFolder()
  readonly path: string

  /** @param at An empty folder where it is mounted; made in a temporary folder unless given. */
  constructor(sizeMib: number, at?: string) {
    this.path = at ?? join(this.#folder.path, 'disk')
    mkdirSync(this.path, { recursive: true, mode: 0o700 })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m,mode=0700`, 'tmpfs', this.path])
  }

  resize(sizeMib: number): void {
    execFileSync('mount', ['-o', `remount,size=${sizeMib}m`, this.path])
  }

  [Symbol.dispose](): void {
    execFileSync('umount', [this.path])
    this.#folder[Symbol.dispose]()
  }
}
