/**
 * Bundles what runs: the remote program (one CommonJS string, no packages), the preload (one .cjs), main and the command line.
 * The window is built by vite (see vite.config.ts). Everything lands in out/.
 */
import { build, type BuildOptions } from 'esbuild'
import { existsSync } from 'node:fs'

/** Packages that are installed next to the app instead of being bundled: native parts, and Electron itself. */
const EXTERNAL = ['electron', 'ssh2', 'keytar', 'cpu-features']

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  sourcemap: 'linked',
  logLevel: 'warning',
  legalComments: 'none',
}

/** The program sent to nodes. Syntax kept to what Node 18 reads, since a node may run an old one. */
export async function bundleRemote(outfile = 'out/main/remote.cjs'): Promise<void> {
  await build({
    ...common,
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
  const banner = {
    js: "import { createRequire as ocmRequire } from 'node:module'; const require = ocmRequire(import.meta.url);",
  }
  const options: BuildOptions = { ...common, format: 'esm', target: 'node24', external: EXTERNAL, banner }
  await build({ ...options, entryPoints: { ...entryPoints }, outdir: 'out/main' })
}

/** Main, the command line, and the preload. */
export async function bundleApp(): Promise<void> {
  await Promise.all([
    bundleMain(),
    build({
      ...common,
      entryPoints: ['preload/index.ts'],
      outfile: 'out/preload/index.cjs',
      format: 'cjs',
      target: 'chrome140',
      external: ['electron'],
    }),
    bundleRemote(),
  ])
  if (existsSync('renderer/index.html')) {
    const { build: buildWindow } = await import('vite')
    await buildWindow({ configFile: 'vite.config.ts', logLevel: 'warn' })
  }
}

if (import.meta.url === `file://${process.argv[1]}`) await bundleApp()
