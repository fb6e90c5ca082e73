import { build, type BuildOptions } from 'esbuild'

/** Bundles the host to `out/host`: `run.js` for Node, `page.js` for pages, `recorder.cjs` for Electron. Needed before an app can be launched on it. */
export async function bundleHost(): Promise<void> {
  const common: BuildOptions = { bundle: true, outdir: 'out/host', logLevel: 'warning', legalComments: 'none' }
  await Promise.all([
    build({
      ...common,
      entryPoints: { run: 'test/host/run.ts' },
      platform: 'node',
      format: 'esm',
      target: 'node24',
      external: ['playwright-core'],
      sourcemap: 'linked',
    }),
    build({
      ...common,
      entryPoints: { page: 'test/host/page.ts' },
      platform: 'browser',
      format: 'iife',
      globalName: 'ocmHostPage',
      target: 'chrome140',
    }),
    build({
      ...common,
      entryPoints: { recorder: 'test/host/recorder.ts' },
      platform: 'node',
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      target: 'node24',
      external: ['electron'],
    }),
  ])
}

if (import.meta.main) await bundleHost()
