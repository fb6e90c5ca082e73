/**
 * Bundles what runs: the remote program (one CommonJS string, no packages), the preload (one .cjs), main and the command line.
 * The window is built by vite (see vite.config.ts). Everything lands in out/.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build, type BuildOptions, type Plugin } from 'esbuild'
import { bundleHost } from './bundle-host.ts'
import { makeIcons } from './icons.ts'

/** Packages that are installed next to the app instead of being bundled: native parts, and Electron itself. */
const EXTERNAL = ['electron', 'ssh2', 'keytar', 'cpu-features']

/** Bundled CommonJS packages ask for `require`, which an ES module has not got by itself. */
const REQUIRE = {
  js: "import { createRequire as ocmRequire } from 'node:module'; const require = ocmRequire(import.meta.url);",
}

/** zod brings fifty languages, 366 kB in each bundle. OCM has one, which zod takes from `en.js` by itself. */
const ENGLISH_ONLY: Plugin = {
  name: 'english-only',
  setup: bundling =>
    bundling.onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ resolveDir }) =>
      /[\\/]zod[\\/]v4[\\/]/.test(resolveDir) ? { path: join(resolveDir, '../locales/en.js') } : undefined,
    ),
}

const common: BuildOptions = {
  bundle: true,
  plugins: [ENGLISH_ONLY],
  platform: 'node',
  sourcemap: 'linked',
  logLevel: 'warning',
  legalComments: 'none',
}

/** Builds, and puts each file in place whole: tests build anew what others beside them run. */
async function bundle(options: BuildOptions): Promise<void> {
  const { outputFiles } = await build({ ...common, ...options, write: false })
  for (const { path, contents } of outputFiles) {
    const part = `${path}.${process.pid}.part`
    await mkdir(dirname(path), { recursive: true })
    await writeFile(part, contents)
    await rename(part, path)
  }
}

/** The program sent to nodes. Syntax kept to what Node 18 reads, since a node may run an old one. */
export async function bundleRemote(outfile = 'out/main/remote.cjs'): Promise<void> {
  await bundle({
    entryPoints: ['remote/index.ts'],
    outfile,
    format: 'cjs',
    target: 'node18',
    sourcemap: false,
    minify: true,
    alias: { zod: './build/no-zod.ts' },
    external: ['node:*'],
  })
}

/** Main and the command line, or only what is named. */
export async function bundleMain(
  entryPoints: Readonly<Record<string, string>> = { index: 'main/index.ts', cli: 'main/cli.ts' },
): Promise<void> {
  const options: BuildOptions = { format: 'esm', target: 'node24', external: EXTERNAL, banner: REQUIRE }
  await bundle({ ...options, entryPoints: { ...entryPoints }, outdir: 'out/main' })
}

/** Main, the command line, and the preload. */
export async function bundleApp(): Promise<void> {
  await Promise.all([
    bundleMain(),
    bundle({
      entryPoints: ['preload/index.ts'],
      outfile: 'out/preload/index.cjs',
      format: 'cjs',
      target: 'chrome140',
      external: ['electron'],
    }),
    bundleRemote(),
  ])
  const { build: buildWindow } = await import('vite')
  await buildWindow({ configFile: 'vite.config.ts', logLevel: 'warn' })
}

/** What runs the app where Electron is not, and the fleet that people play with. Not part of the packaged app. */
async function bundleForPeople(): Promise<void> {
  await bundleHost()
  await bundle({
    entryPoints: { demo: 'test/demo/main.ts' },
    outdir: 'out/demo',
    format: 'esm',
    target: 'node24',
    external: [...EXTERNAL, 'playwright-core'],
    banner: REQUIRE,
  })
}

if (import.meta.main) {
  await Promise.all([bundleApp(), bundleForPeople(), makeIcons()])
}
