import { createPackageWithOptions } from '@electron/asar'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkPackage } from '../../build/check-package'
import config from '../../build/electron-builder.config'
import { makeStandIn } from '../../build/stand-in'

const GOOD: Readonly<Record<string, string>> = {
  'package.json': '{ "main": "out/main/index.js", "homepage": "https://ocm.example/" }',
  'out/main/index.js': '',
  'out/main/remote.cjs': '',
  'out/preload/index.cjs': '',
  'out/renderer/index.html': '',
  'node_modules/ssh2/package.json': '{ "main": "index.js" }',
  'node_modules/ssh2/index.js': '',
  'node_modules/keytar/package.json': '{ "main": "index.js" }',
  'node_modules/keytar/index.js': '',
  'node_modules/keytar/build/Release/keytar.node': '',
}

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ocm-packed-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** Packs files as electron-builder would, with the fuses set unless told otherwise. */
async function pack(
  files: Readonly<Record<string, string>>,
  options: { unpack?: string; fuses?: boolean } = {},
): Promise<string> {
  const app = join(root, 'app')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(app, path)), { recursive: true })
    writeFileSync(join(app, path), text)
  }
  const folder = join(root, 'dist')
  cpSync(await makeStandIn(join(root, 'stand-in')), folder, { recursive: true })
  cpSync(join(folder, 'electron'), join(folder, 'ocm'))
  await createPackageWithOptions(app, join(folder, 'resources', 'app.asar'), { unpack: options.unpack ?? '**/*.node' })
  if (options.fuses ?? true) await setFuses(join(folder, 'ocm'))
  return folder
}

async function setFuses(executable: string): Promise<void> {
  const { electronFuses } = config
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: electronFuses?.runAsNode ?? true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: electronFuses?.enableNodeOptionsEnvironmentVariable ?? true,
    [FuseV1Options.EnableNodeCliInspectArguments]: electronFuses?.enableNodeCliInspectArguments ?? true,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: electronFuses?.grantFileProtocolExtraPrivileges ?? true,
  })
}

describe('a package', () => {
  test('is good with what the app needs and nothing else', async () => {
    expect((await checkPackage(await pack(GOOD))).problems).toEqual([])
  })

  test.each([
    ['out/main/index.js.map', 'a source map'],
    ['main/index.ts', 'a source'],
    ['node_modules/ssh2/test/test.js', 'a test'],
    ['node_modules/nan/nan.h', 'a build tool'],
    ['.env', 'a key or a setting of a developer'],
  ])('is refused with %s in it: %s', async (path, what) => {
    const { problems } = await checkPackage(await pack({ ...GOOD, [path]: 'x' }))
    expect(problems).toContain(`${what}: ${path}`)
  })

  test('is refused without its main, its page or a dependency', async () => {
    const { 'out/main/index.js': _main, 'out/renderer/index.html': _page, ...rest } = GOOD
    const files = { ...rest, 'node_modules/ssh2/index.js': "require('asn1')" }
    const { problems } = await checkPackage(await pack(files))
    expect(problems).toEqual(expect.arrayContaining(['missing: out/main/index.js', 'missing: out/renderer/index.html']))
    expect(problems.join()).toContain("ssh2 does not load: Error: Cannot find module 'asn1'")
  })

  test('is refused without the page that a deb package has to name', async () => {
    const { problems } = await checkPackage(await pack({ ...GOOD, 'package.json': '{ "main": "out/main/index.js" }' }))
    expect(problems).toEqual(['no homepage in package.json: a deb package needs one'])
  })

  test('is refused with a native module inside the archive', async () => {
    const { problems } = await checkPackage(await pack(GOOD, { unpack: '**/other.node' }))
    expect(problems).toContain('not unpacked: node_modules/keytar/build/Release/keytar.node')
  })

  test('is refused with the native crypto of ssh2', async () => {
    const module = 'node_modules/ssh2/lib/protocol/crypto/build/Release/sshcrypto.node'
    const { problems } = await checkPackage(await pack({ ...GOOD, [module]: '' }))
    expect(problems).toEqual([`a native module that can abort the app: ${module}`])
  })

  test('is refused when its program still runs as Node', async () => {
    const { problems } = await checkPackage(await pack(GOOD, { fuses: false }))
    expect(problems).toContain('fuse not set: RunAsNode')
  })
})
