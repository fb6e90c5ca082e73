import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import type { Trace } from '../../../shared/deletion'
import { uninstallOf } from '../../../remote/traces/uninstall'
import { test } from '../../helpers/posix'
import { TracedHome } from '../../helpers/traced-home'

let machine: TracedHome
let home: string

beforeEach(() => {
  machine = new TracedHome()
  home = machine.home
})
afterEach(() => machine[Symbol.dispose]())

async function packages(): Promise<Trace[]> {
  const { byId } = await machine.traces(false)
  return [...byId.values()].filter(({ kind, path }) => kind === 'package' && path?.startsWith(home) === true)
}

const command = (path: string): string => join(home, path)

describe('installations', () => {
  test('by npm are found in every prefix, with all commands that lead there, and how npm takes them away', async () => {
    const global = machine.install('.npm-global')
    const nvm = machine.install('.nvm/versions/node/v24.1.0', '2026.7.1')
    machine.write('.nvm/versions/node/v24.1.0/bin/npm', '#!/bin/sh\n', 0o755)
    const old = machine.install('own-prefix', '2026.1.1', 'clawdbot')
    machine.write('.npmrc', `prefix=${home}/own-prefix\n`)
    machine.write('.local/bin/openclaw', `#!/bin/sh\nexec node "${global}/openclaw.mjs" "$@"\n`, 0o755)
    const found = new Map((await packages()).map(trace => [trace.path, trace]))
    expect([...found.keys()].map(String).sort()).toEqual([global, nvm, old].sort())
    expect(found.get(global)).toMatchObject({
      name: `openclaw 2026.9.6 (npm-global) in ${global}`,
      needsRoot: false,
      refusal: null,
      scope: 'user',
    })
    expect(found.get(global)?.paths.sort()).toEqual(
      [global, command('.npm-global/bin/openclaw'), command('.local/bin/openclaw')].sort(),
    )
    expect(found.get(global)?.uninstall?.join(' ')).toMatch(
      new RegExp(`uninstall --global --prefix ${home}/.npm-global .*openclaw$`),
    )
    expect(found.get(nvm)?.uninstall?.[0]).toBe(command('.nvm/versions/node/v24.1.0/bin/npm'))
    expect(found.get(old)).toMatchObject({ paths: [old, command('own-prefix/bin/clawdbot')] })
    expect(found.get(old)?.uninstall?.at(-1)).toBe('clawdbot')
  })

  test('by a formula of Homebrew go by it; what npm put beside Node in its keg never takes Node away', () => {
    const uninstall = (formula: string): string | undefined => {
      const root = join(home, `brew/Cellar/${formula}/1.0/lib/node_modules/openclaw`)
      return uninstallOf({ root, name: 'openclaw', method: 'npm-global', home })?.join(' ')
    }
    const brew = machine.write('brew/bin/brew', '#!/bin/sh\n', 0o755)
    expect(uninstall('openclaw')).toBe(`/usr/bin/env HOMEBREW_NO_AUTO_UPDATE=1 ${brew} uninstall --formula openclaw`)
    expect(uninstall('node@24')).toContain(`--prefix ${home}/brew/Cellar/node@24/1.0 `)
    expect(uninstall('node@24')).not.toContain('brew uninstall')
  })

  test('go when the answered command is run', async () => {
    const root = machine.install('.npm-global')
    const [found] = await packages()
    const [program = '', ...words] = found?.uninstall ?? []
    execFileSync(program, words, { env: { HOME: home, PATH: dirname(process.execPath) }, stdio: 'pipe' })
    expect([root, command('.npm-global/bin/openclaw')].map(existsSync)).toEqual([false, false])
    expect(await packages()).toEqual([])
  })

  test('by pnpm and bun are found with the manager that is there, and without one that is gone', async () => {
    const pnpm = machine.write('.local/share/pnpm/pnpm', '#!/bin/sh\n', 0o755)
    const real = '.local/share/pnpm/global/5/.pnpm/openclaw@2026.9.6/node_modules/openclaw'
    machine.write(`${real}/package.json`, '{"name":"openclaw","version":"2026.9.6"}')
    machine.write(`${real}/openclaw.mjs`, '')
    machine.link('.local/share/pnpm/global/5/node_modules/openclaw', command(real))
    machine.write(
      '.local/share/pnpm/openclaw',
      '#!/bin/sh\nbasedir=$(dirname "$0")\nexec node "$basedir/global/5/node_modules/openclaw/openclaw.mjs" "$@"\n',
      0o755,
    )
    const bun = '.bun/install/global/node_modules/openclaw'
    machine.write(`${bun}/package.json`, '{"name":"openclaw","version":"2026.9.6"}')
    machine.write(`${bun}/openclaw.mjs`, '')
    machine.link('.bun/bin/openclaw', command(`${bun}/openclaw.mjs`))
    const found = new Map((await packages()).map(trace => [trace.path, trace]))
    expect(found.get(command(real))?.paths).toEqual([command(real), command('.local/share/pnpm/openclaw')])
    expect(found.get(command(real))?.uninstall?.slice(-4)).toEqual([pnpm, 'remove', '--global', 'openclaw'])
    expect(found.get(command(bun))).toMatchObject({
      uninstall: null,
      paths: [command(bun), command('.bun/bin/openclaw')],
    })
  })

  test('inside the state directory and as a checkout have no manager', async () => {
    machine.write('.openclaw/openclaw.json', '{}')
    const inside = machine.install('.openclaw')
    const checkout = join(home, 'openclaw')
    machine.write('openclaw/package.json', '{"name":"openclaw","version":"2026.9.6"}')
    machine.write('openclaw/dist/entry.js', '')
    machine.write('.local/bin/openclaw', `#!/usr/bin/env bash\nexec node "${checkout}/dist/entry.js" "$@"\n`, 0o755)
    const git = (...words: string[]) =>
      execFileSync('git', ['-C', checkout, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { stdio: 'pipe' })
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'x')
    const ofPath = async (path: string) => (await packages()).find(trace => trace.path === path)
    expect(await ofPath(inside)).toMatchObject({ uninstall: null, profile: 'default', refusal: null })
    expect(await ofPath(checkout)).toMatchObject({
      uninstall: null,
      paths: [checkout, command('.local/bin/openclaw')],
      refusal: expect.stringMatching(/nowhere else/) as string,
    })
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    expect(await ofPath(checkout)).toMatchObject({ refusal: null })
    rmSync(join(checkout, 'dist'), { recursive: true })
    expect(await ofPath(checkout)).toMatchObject({ refusal: null }) // Half of it may be gone already.
    machine.write('openclaw/my-notes.txt', 'mine')
    expect((await ofPath(checkout))?.refusal).toMatch(/not committed/)
  })

  test('that a hostile folder pretends to be are not believed', async () => {
    machine.write('.npm-global/lib/node_modules/openclaw/package.json', '{"name":"left-pad"}')
    machine.write('.npm-global/lib/node_modules/clawdbot/package.json', '{"name":'.repeat(1000))
    expect(await packages()).toEqual([])
  })
})

test('what is left of an installation is found; a script of the same name is not meant', async () => {
  const link = machine.link(
    '.npm-global/bin/openclaw',
    join(home, '.npm-global/lib/node_modules/openclaw/openclaw.mjs'),
  )
  const wrapper = machine.write(
    '.local/bin/openclaw',
    '#!/bin/sh\nexec node "/gone/openclaw/dist/entry.js" "$@"\n',
    0o755,
  )
  machine.write('.npm-global/lib/node_modules/openclaw/dist/chunk.js', '')
  machine.write('.npm-global/lib/node_modules/.openclaw-aB3dE5fG/dist/chunk.js', '')
  machine.write('bin/openclaw', '#!/bin/sh\necho my own claw\n', 0o755)
  const folders = ['openclaw', '.openclaw-aB3dE5fG'].map(name => join(home, '.npm-global/lib/node_modules', name))
  const found = (await packages()).map(({ path, refusal, paths, uninstall }) => ({ path, refusal, paths, uninstall }))
  expect(found).toHaveLength(4)
  for (const path of [link, wrapper, ...folders]) {
    expect(found).toContainEqual({ path, refusal: null, paths: [path], uninstall: null })
  }
})
