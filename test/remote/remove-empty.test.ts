import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { handleRemoveEmpty } from '../../remote/remove-empty'
import { test } from '../helpers/posix'
import { RemoteSession } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'
import { namesIn } from '../helpers/tree'

async function removeEmpty(root: string, paths: string[]) {
  using session = new RemoteSession()
  return (await session.ask(handleRemoveEmpty, { root, paths })).result
}

test('removes folders that are empty, the deepest first, and none that holds anything', async () => {
  using folder = new TempFolder()
  const root = join(folder.path, '.openclaw')
  mkdirSync(join(root, 'a/b/c'), { recursive: true })
  folder.write('.openclaw/kept/in/file', 'x')
  mkdirSync(join(root, 'kept/empty'), { recursive: true })
  const paths = ['a', 'a/b', 'a/b/c', 'kept', 'kept/in', 'kept/empty', 'never', 'kept/in/file', '.']
  expect(await removeEmpty(root, paths)).toEqual({ removed: 4 })
  expect(namesIn(root)).toEqual(['kept'])
  expect(namesIn(join(root, 'kept'))).toEqual(['in'])
})

test('removes the root itself once nothing is in it', async () => {
  using folder = new TempFolder()
  const root = join(folder.path, '.openclaw')
  mkdirSync(join(root, 'a'), { recursive: true })
  expect(await removeEmpty(root, ['.', 'a'])).toEqual({ removed: 2 })
  expect(namesIn(folder.path)).toEqual([])
  expect(await removeEmpty(root, ['.'])).toEqual({ removed: 0 })
})

test('goes through no link, and leaves what one points to', async () => {
  using folder = new TempFolder()
  const root = join(folder.path, 'root')
  for (const path of [join(folder.path, 'precious/empty'), root]) mkdirSync(path, { recursive: true })
  symlinkSync(join(folder.path, 'precious'), join(root, 'link'))
  expect(await removeEmpty(root, ['link'])).toEqual({ removed: 0 })
  await expect(removeEmpty(root, ['link/empty'])).rejects.toMatchObject({ code: 'guard-refused' })
  await expect(removeEmpty(root, ['../precious/empty'])).rejects.toMatchObject({ code: 'guard-refused' })
  expect(namesIn(join(folder.path, 'precious'))).toEqual(['empty'])
})
