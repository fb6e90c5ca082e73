import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished } from 'vitest'
import { isForRoot, OWN_REMOVAL, ROOT_REMOVAL } from '../../../../main/perform/delete/guarded-shell'
import { test } from '../../../helpers/posix'
import { tempFolder, type TempFolder } from '../../../helpers/temp'

let folder: TempFolder
let home: string
beforeEach(() => {
  folder = tempFolder()
  home = join(realpathSync(folder.path), 'home')
  mkdirSync(home)
})
afterEach(() => folder[Symbol.dispose]())

function remove(script: string, path: string): { readonly code: number | null; readonly said: string } {
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', path], { env: { ...process.env, HOME: home } })
  return { code: status, said: stderr.toString() }
}

function made(path: string): string {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'file'), 'x')
  return path
}

describe('where there is no Node.js any more', () => {
  for (const name of [
    '.openclaw',
    '.openclaw-work',
    '.clawdbot',
    '.cache/openclaw',
    '.npm-global/lib/node_modules/openclaw',
  ]) {
    test(`~/${name} goes, and absent already is done`, () => {
      const path = made(join(home, name))
      expect(remove(OWN_REMOVAL, path)).toEqual({ code: 0, said: '' })
      expect(existsSync(path)).toBe(false)
      expect(remove(OWN_REMOVAL, path).code).toBe(0)
    })
  }

  test('the home itself, what merely sounds alike, what lies elsewhere, and the way out of the home are refused', () => {
    const elsewhere = made(join(realpathSync(folder.path), '.openclaw'))
    const shared = mkdtempSync('/tmp/openclaw-')
    onTestFinished(() => rmSync(shared, { recursive: true }))
    const paths = [home, made(join(home, 'openclaw')), made(join(home, '.openclaw/agents')), elsewhere, shared]
    for (const path of [...paths, `${home}/../.openclaw`, `${home}/./.openclaw`, '/', '/tmp', 'relative/.openclaw']) {
      expect([path, remove(OWN_REMOVAL, path).code === 0 && path.startsWith('/')]).toEqual([path, false])
    }
    for (const path of paths) expect(existsSync(path)).toBe(true)
  })

  test('a link on the way is refused; a link itself goes without what it leads to', () => {
    const precious = made(join(realpathSync(folder.path), 'precious'))
    made(join(precious, 'openclaw'))
    symlinkSync(precious, join(home, '.cache'))
    expect(remove(OWN_REMOVAL, join(home, '.cache/openclaw')).said).toContain('link on the way')
    symlinkSync(precious, join(home, '.openclaw'))
    expect(remove(OWN_REMOVAL, join(home, '.openclaw')).code).toBe(0)
    expect(existsSync(join(home, '.openclaw'))).toBe(false)
    expect(existsSync(join(precious, 'openclaw/file'))).toBe(true)
  })
})

describe('as root', () => {
  test('only units of the system and the program installed for everybody may be asked for', () => {
    const good = [
      ['unit', '/etc/systemd/system/openclaw.service'],
      ['unit', '/etc/systemd/system/multi-user.target.wants/openclaw.service'],
      ['unit', '/etc/systemd/system/openclaw.service.d'],
      ['package', '/usr/lib/node_modules/openclaw'],
      ['package', '/usr/local/bin/openclaw'],
    ] as const
    for (const [kind, path] of good) expect([path, isForRoot(kind, path)]).toEqual([path, true])
    const bad = [
      ['unit', '/etc/systemd/system'],
      ['unit', '/etc/systemd/system/../../passwd'],
      ['unit', '/etc/passwd'],
      ['package', '/usr/lib/node_modules'],
      ['package', '/usr/lib/node_modules/npm'],
      ['package', '/home/anna/lib/node_modules/openclaw'],
      ['state', '/etc/systemd/system/openclaw.service'],
      ['state', '/root/.openclaw'],
    ] as const
    for (const [kind, path] of bad) expect([path, isForRoot(kind, path)]).toEqual([path, false])
  })

  test('a link on the way is refused there too', () => {
    const precious = made(join(realpathSync(folder.path), 'precious'))
    symlinkSync(precious, join(home, 'way'))
    expect(remove(ROOT_REMOVAL, join(home, 'way/file'))).toMatchObject({ code: 3 })
    expect(existsSync(join(precious, 'file'))).toBe(true)
    expect(remove(ROOT_REMOVAL, join(precious, 'file')).code).toBe(0)
    expect(existsSync(join(precious, 'file'))).toBe(false)
  })
})
