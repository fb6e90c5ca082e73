import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { ManagedNode } from './service-manager'

/** Whether a demo node's services run without a login. As logind does it: a file with the user's name. */
export class Linger {
  private readonly files: readonly string[]

  constructor({ environment, home, user }: ManagedNode) {
    const folder = environment['OCM_DEMO_LINGER'] ?? join(home, '.linger')
    // Programs on a demo node see the account of this very process.
    this.files = [user, ...ownName()].map(name => join(folder, name))
  }

  get isOn(): boolean {
    return this.files.every(file => existsSync(file))
  }

  set(isOn: boolean): void {
    for (const file of this.files) {
      mkdirSync(dirname(file), { recursive: true })
      if (isOn) writeFileSync(file, '')
      else rmSync(file, { force: true })
    }
  }
}

/** An account without an entry in the user database goes by its environment. */
function ownName(): readonly string[] {
  try {
    return [userInfo().username]
  } catch {
    return []
  }
}
