import { extractAll, extractFile, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** What was found in a package; it is good when there are no problems. */
export interface PackageReport {
  readonly lines: readonly string[]
  readonly problems: readonly string[]
}

/** More than this in the archive means that something is in it that does not belong there. */
const MOST_ARCHIVE_BYTES = 20 * 1024 * 1024

/** What must not be shipped: [what it is, how its path looks]. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['a test', /(^|\/)(tests?|__tests__|fixtures|e2e)\/|(^|\/)tests?\.[cm]?js$|\.(test|spec)\.[cm]?[jt]sx?$/],
  ['a source', /^(main|renderer|preload|remote|shared|build)\/|\.(ts|tsx|mts|cts|c|cc|cpp|h|gyp|gypi|o|mk)$/],
  ['a source map', /\.map$/],
  [
    'a build tool',
    /(^|\/)node_modules\/(nan|node-addon-api|prebuild-install|electron|electron-builder|esbuild|vite|playwright-core)(\/|$)/,
  ],
  ['a native module that can abort the app', /\/sshcrypto\.node$/],
  ['a key or a setting of a developer', /(^|\/)(\.env|\.npmrc|\.git|\.github|.*\.pem)(\/|$)/],
]

/** What the app cannot start without. */
const NEEDED = ['package.json', 'out/preload/index.cjs', 'out/main/remote.cjs', 'out/renderer/index.html']

/** Native modules: they are loaded from real files, never from inside the archive. */
const NATIVE = ['keytar/build/Release/keytar.node']

/** Looks into the unpacked app under `folder`, as electron-builder left it. */
export async function checkPackage(folder: string): Promise<PackageReport> {
  const resources = await findResources(folder)
  const archive = join(resources, 'app.asar')
  const unpacked = join(resources, 'app.asar.unpacked')
  // Listed with the separator of the platform.
  const all = listPackage(archive, { isPack: false }).map(path => path.replaceAll('\\', '/').replace(/^\//, ''))
  const manifest = JSON.parse(extractFile(archive, 'package.json').toString()) as {
    readonly main?: string
    readonly homepage?: string
  }
  const native = await filesUnder(unpacked)
  const problems = [
    ...all.flatMap(path => FORBIDDEN.filter(([, shape]) => shape.test(path)).map(([what]) => `${what}: ${path}`)),
    ...[...NEEDED, manifest.main ?? '(no main in package.json)']
      .filter(path => !all.includes(path))
      .map(path => `missing: ${path}`),
    ...(manifest.homepage === undefined ? ['no homepage in package.json: a deb package needs one'] : []),
    ...all.filter(path => path.endsWith('.node') && !native.includes(path)).map(path => `not unpacked: ${path}`),
    ...native.filter(path => !path.endsWith('.node')).map(path => `unpacked without need: ${path}`),
    ...NATIVE.filter(path => !native.includes(`node_modules/${path}`)).map(path => `missing native module: ${path}`),
    ...sizeProblems(archive),
    ...(await fuseProblems(folder)),
    ...(await loadProblems(archive)),
  ]
  const lines = [
    `${all.length} entries in the archive, ${(statSync(archive).size / 1024 / 1024).toFixed(1)} MiB; native modules beside it:`,
    ...native.map(path => `  ${path}`),
    `Packages: ${packagesIn(all).join(', ')}`,
  ]
  return { lines, problems }
}

function sizeProblems(archive: string): string[] {
  const { size } = statSync(archive)
  return size > MOST_ARCHIVE_BYTES ? [`the archive has ${size} bytes, more than ${MOST_ARCHIVE_BYTES}`] : []
}

/** The fuses as they are in the packed executable, not as the configuration says. */
async function fuseProblems(folder: string): Promise<string[]> {
  const executable = await findExecutable(folder)
  const wire = await getCurrentFuseWire(executable)
  const expected: readonly (readonly [FuseV1Options, FuseState])[] = [
    [FuseV1Options.RunAsNode, FuseState.DISABLE],
    [FuseV1Options.EnableCookieEncryption, FuseState.ENABLE],
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable, FuseState.DISABLE],
    [FuseV1Options.EnableNodeCliInspectArguments, FuseState.DISABLE],
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseState.ENABLE],
    [FuseV1Options.OnlyLoadAppFromAsar, FuseState.ENABLE],
    [FuseV1Options.GrantFileProtocolExtraPrivileges, FuseState.DISABLE],
  ]
  return expected
    .filter(([fuse, state]) => wire[fuse] !== state)
    .map(([fuse]) => `fuse not set: ${FuseV1Options[fuse]}`)
}

/** Loads the packed packages from where the archive puts them: a dependency that was left behind shows here. */
async function loadProblems(archive: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ocm-package-'))
  try {
    extractAll(archive, folder)
    const attempts = ['ssh2', 'keytar'].map(name => {
      const { status, stderr } = spawnSync(process.execPath, ['-e', `require('${name}')`], {
        cwd: folder,
        encoding: 'utf8',
      })
      return status === 0 ? [] : [`${name} does not load: ${/Error: .*/.exec(stderr)?.[0] ?? stderr}`]
    })
    return attempts.flat()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function findResources(folder: string): Promise<string> {
  const files = await filesUnder(folder)
  const archive = files.find(path => path.endsWith('/app.asar'))
  if (archive === undefined) throw new Error(`There is no app.asar under ${folder}`)
  return join(folder, archive, '..')
}

async function findExecutable(folder: string): Promise<string> {
  const files = await filesUnder(folder)
  const found = files.find(path => /(^|\/)(ocm|OCM\.exe|OCM\.app\/Contents\/MacOS\/OCM)$/.test(path))
  if (found === undefined) throw new Error(`There is no executable under ${folder}`)
  return join(folder, found)
}

async function filesUnder(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}

function packagesIn(paths: readonly string[]): string[] {
  const names = paths.map(path => /^node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1])
  return names.filter(name => name !== undefined)
}
