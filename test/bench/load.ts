import { build } from 'esbuild'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as product from './product'
import { bundleRemote } from '../../build/bundle.ts'

/** The product's code as the benches see it. */
export type Product = typeof product

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'out/bench')

/** The remote program as it is sent to nodes. */
export const PROGRAM_FILE = join(FOLDER, 'remote.cjs')

/** Builds what is measured, the way the app itself is built. */
export async function buildProduct(): Promise<void> {
  process.chdir(ROOT)
  await bundleRemote(PROGRAM_FILE)
  await build({
    entryPoints: { product: join(import.meta.dirname, 'product.ts') },
    outdir: FOLDER,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: ['ssh2', 'keytar', 'cpu-features'],
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    logLevel: 'warning',
  })
}

/** Loads what {@link buildProduct} built. */
export async function loadProduct(): Promise<Product> {
  return (await import(pathToFileURL(join(FOLDER, 'product.js')).href)) as Product
}
