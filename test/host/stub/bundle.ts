import { build, type BuildOptions } from 'esbuild'
import { cp } from 'node:fs/promises'

/** Where the stub lies once bundled. */
export const STUB_ENTRY = 'out/stub/main/index.js'

/** Bundles the stub app to `out/stub`, laid out like the app itself: main, preload, renderer. */
export async function bundleStub(): Promise<void> {
  const common: BuildOptions = { bundle: true, platform: 'node', logLevel: 'warning', external: ['electron'] }
  await Promise.all([
    build({ ...common, entryPoints: ['test/host/stub/main.ts'], outfile: STUB_ENTRY, format: 'esm', target: 'node24' }),
    build({
      ...common,
      entryPoints: ['preload/index.ts'],
      outfile: 'out/stub/preload/index.cjs',
      format: 'cjs',
      target: 'chrome140',
    }),
    build({
      bundle: true,
      entryPoints: ['test/host/stub/renderer/page.ts'],
      outdir: 'out/stub/renderer',
      format: 'esm',
      logLevel: 'warning',
    }),
    ...['index.html', 'page.css'].map(name => cp(`test/host/stub/renderer/${name}`, `out/stub/renderer/${name}`)),
  ])
}
