import { mkdtempSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { desktopEntry, setAutostart } from '../../../main/shell/autostart'
import { chosenDataDir } from '../../../main/shell/data-dir'

describe('the data folder', () => {
  test.each([
    [['ocm', '--data-dir', '/a'], '/b', '/a'],
    [['ocm', '--data-dir=/a b'], undefined, '/a b'],
    [['ocm'], '/b', '/b'],
    [['ocm', '--data-dir', 'here'], undefined, resolve('here')],
  ])('of %j with %s in the environment is %s', (argv, fromEnvironment, expected) => {
    expect(chosenDataDir(argv, fromEnvironment)).toBe(resolve(expected))
  })

  test('is left to Electron when nobody names one', () => {
    expect(chosenDataDir(['ocm'], undefined)).toBeNull()
    expect(chosenDataDir(['ocm'], '')).toBeNull()
    expect(chosenDataDir(['ocm', '--data-dir'], undefined)).toBeNull()
  })
})

describe('the autostart entry', () => {
  test('quotes a program as the desktop entry specification asks', () => {
    expect(desktopEntry('/opt/my "own"/$OCM 100%')).toContain(
      String.raw`Exec="/opt/my \\"own\\"/\\$OCM 100%%" --hidden`,
    )
  })

  test('comes and goes in the folder of the session', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ocm-autostart-'))
    const before = process.env['XDG_CONFIG_HOME']
    process.env['XDG_CONFIG_HOME'] = folder
    try {
      const file = join(folder, 'autostart', 'ocm.desktop')
      setAutostart(true)
      expect(readFileSync(file, 'utf8')).toContain('--hidden')
      setAutostart(false)
      expect(existsSync(file)).toBe(false)
      setAutostart(false)
    } finally {
      if (before === undefined) delete process.env['XDG_CONFIG_HOME']
      else process.env['XDG_CONFIG_HOME'] = before
      rmSync(folder, { recursive: true })
    }
  })
})
