import { afterEach, describe, expect, test, vi } from 'vitest'
import { desktopShowsTrays } from '../../../main/shell/tray-host'
import { startKeyring } from '../../helpers/keyring'
import { skips, unlessLinux } from '../../helpers/requirement'

afterEach(() => vi.unstubAllEnvs())

const OBSTACLE = unlessLinux('only desktops of Linux can be without a tray')

describe.skipIf(skips('desktops without a tray', OBSTACLE))('on Linux, asked on a real session bus', () => {
  test('there is no tray where nobody shows icons, as with GNOME; macOS and Windows have one', async () => {
    await using session = await startKeyring({ secretService: false })
    for (const [name, value] of Object.entries(session.env)) vi.stubEnv(name, value)
    expect(await desktopShowsTrays()).toBe(false)
    // Elsewhere nobody is asked: this session would say no.
    for (const platform of ['darwin', 'win32'] as const) expect(await desktopShowsTrays(platform)).toBe(true)
  })

  test('there may be one where nobody can be asked', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nowhere')
    expect(await desktopShowsTrays()).toBe(true)
  })
})
