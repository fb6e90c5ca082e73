import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder that is gone when the test is over. */
export class TempFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'ocm-test-'))

  /** Writes a file beneath, with the folders on the way; answers its absolute path. */
  write(relPath: string, content: string | Uint8Array, mode = 0o600): string {
    const path = join(this.path, relPath)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, content, { mode })
    return path
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
