import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { handleText } from '../../remote/text'
import { test } from '../helpers/posix'
import { RemoteSession } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'

async function text(folder: string, path: string) {
  using session = new RemoteSession()
  return (await session.ask(handleText, { roots: { state: folder }, file: { root: 'state', path } })).result
}

test('gives a small file with its mode, and null for none', async () => {
  using folder = new TempFolder()
  folder.write('openclaw.json', '{}', 0o640)
  expect(await text(folder.path, 'openclaw.json')).toEqual({ contentBase64: 'e30=', mode: 0o640 })
  expect(await text(folder.path, 'none')).toEqual({ contentBase64: null, mode: 0 })
  expect(await text(folder.path, 'openclaw.json/none')).toEqual({ contentBase64: null, mode: 0 })
})

test('follows a link inside its root, refuses one that leads out, a path that does, and long files', async () => {
  using folder = new TempFolder()
  folder.write('root/real', 'x')
  folder.write('root/long', Buffer.alloc(4 * 1024 * 1024 + 1))
  folder.write('outside', 'secret')
  const root = join(folder.path, 'root')
  symlinkSync('real', join(root, 'inside'))
  symlinkSync('../outside', join(root, 'out'))
  expect((await text(root, 'inside')).contentBase64).toBe('eA==')
  await expect(text(root, 'out')).rejects.toMatchObject({ code: 'guard-refused' })
  await expect(text(root, '../outside')).rejects.toMatchObject({ code: 'bad-input' })
  await expect(text(root, 'long')).rejects.toMatchObject({ code: 'output-too-large' })
})
