import { build } from 'esbuild'
import { readFile } from 'node:fs/promises'

/** The remote program as it is shipped. */
export function shippedProgram(): Promise<string> {
  return readFile('out/main/remote.cjs', 'utf8')
}

/** A program of test/fixtures, bundled like the shipped one. */
export async function fixtureProgram(name: string): Promise<string> {
  const result = await build({
    entryPoints: [`test/fixtures/${name}.ts`],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    minify: true,
    external: ['node:*'],
    write: false,
    logLevel: 'silent',
  })
  const text = result.outputFiles[0]?.text
  if (text === undefined) throw new Error(`no program ${name}`)
  return text
}
