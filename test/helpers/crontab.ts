import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A `crontab` that keeps its table in a file: the real one would change the table of whoever runs the tests. Speaks as the
 * real one does (`-l`, `-r`, `-`, `no crontab for`).
 */
export class CrontabStandIn {
  /** Put it first on the way. */
  readonly bin: string
  private readonly table: string

  constructor(folder: string) {
    this.bin = join(folder, 'cron-bin')
    this.table = join(folder, 'crontab.table')
    mkdirSync(this.bin, { recursive: true })
    writeFileSync(
      join(this.bin, 'crontab'),
      `#!/bin/sh
table='${this.table}'
case $1 in
  -l) [ -f "$table" ] || { echo "no crontab for tester" >&2; exit 1; }; cat "$table" ;;
  -r) rm "$table" ;;
  -) cat >"$table.new" && mv "$table.new" "$table" ;;
  *) exit 2 ;;
esac
`,
    )
    chmodSync(join(this.bin, 'crontab'), 0o755)
  }

  /** The table, one character per byte; null when there is none. */
  get text(): string | null {
    return existsSync(this.table) ? readFileSync(this.table, 'latin1') : null
  }

  write(text: string): void {
    writeFileSync(this.table, text, 'latin1')
  }
}
