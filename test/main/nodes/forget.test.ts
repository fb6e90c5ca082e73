import { expect, test } from 'vitest'
import { bundleMain } from '../../../build/bundle'
import { forget } from '../../../main/nodes/forget'
import { commands } from '../../../shared/contract'
import { failureOf } from '../../helpers/failure'
import { open } from '../../helpers/nodes'
import { startOcm } from '../../helpers/ocm'
import { tempFolder } from '../../helpers/temp'

test('a node is forgotten only by its very name, with its secrets, and the audit log says that nothing was proven', async () => {
  using folder = tempFolder()
  await using services = await open(folder.join('data'))
  const { registry, secrets, audit } = services
  const auth = { method: 'password' as const }
  const { id } = registry.add({ label: 'pc-a', host: '127.0.0.1', port: 22, user: 'ada', auth })
  await secrets.set(id, 'password', 'open-sesame')

  for (const typed of [undefined, '', 'PC-A', 'pc-a ', id]) {
    expect(await failureOf(forget(services, id, typed))).toMatchObject({
      code: 'bad-input',
      hint: 'Type exactly: pc-a',
    })
  }
  expect(registry.list()).toHaveLength(1)
  expect(await secrets.kinds(id)).toEqual(['password'])
  expect(audit.list().filter(({ what }) => /forgotten/.test(what))).toEqual([])

  await forget(services, id, 'pc-a')
  expect(registry.list()).toEqual([])
  expect(await secrets.kinds(id)).toEqual([])
  expect(audit.list()[0]).toMatchObject({ what: 'node forgotten without proof', nodeLabel: 'pc-a' })
  expect(audit.list()[0]?.text).toContain('WITHOUT PROOF')
})

test('the command line asks for the name as well', async () => {
  await bundleMain({ cli: 'main/cli.ts' })
  using ocm = startOcm()
  const add = async (label: string): Promise<void> => {
    const words = ['--host', '127.0.0.1', '--user', 'ada', '--label', label, '--auth', 'agent']
    expect((await ocm.run(['nodes', 'add', ...words])).code).toBe(0)
  }
  const answersTo = async (...words: readonly string[]): Promise<string> => {
    const { code, stderr } = await ocm.run(words)
    return `${code} ${stderr}`
  }
  for (const words of [
    ['nodes', 'remove', 'pc-a'],
    ['forget', 'pc-a', '--without-proof'],
  ]) {
    await add('pc-a')
    expect(await answersTo(...words)).toMatch(/^[1-9].*--confirm <name>/s)
    expect(await answersTo(...words, '--confirm', 'pc-b')).toMatch(/^[1-9].*Type exactly: pc-a/s)
    expect(await answersTo(...words, '--confirm', 'pc-a')).toMatch(/^0 /)
  }
})

test('the window cannot ask for it without a name', () => {
  const { input } = commands['nodes.remove']
  const nodeId = '00000000-0000-4000-8000-000000000001'
  expect(input.safeParse({ nodeId }).success).toBe(false)
  expect(input.safeParse({ nodeId, typedName: 'pc-a' }).success).toBe(true)
})
