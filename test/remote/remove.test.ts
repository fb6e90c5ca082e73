import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { handleRemove } from '../../remote/remove'
import { test } from '../helpers/posix'
import { RemoteSession } from '../helpers/remote-context'
import { MOUNT_OBSTACLE, skips } from '../helpers/requirement'
import { TempFolder } from '../helpers/temp-folder'
import { namesIn } from '../helpers/tree'

async function remove(root: string, paths: string[]) {
  using session = new RemoteSession()
  return (await session.ask(handleRemove, { root, paths })).result
}

test('removes what is named, counts it, and takes what is absent as done', async () => {
  using folder = new TempFolder()
  folder.write('.openclaw/a/b/c', '12345')
  folder.write('.openclaw/a/d', '123')
  folder.write('.openclaw/kept', 'x')
  const root = join(folder.path, '.openclaw')
  expect(await remove(root, ['a', 'never'])).toEqual({ removed: 4, bytes: 8, absent: 1 })
  expect(namesIn(root)).toEqual(['kept'])
  expect(await remove(root, ['a'])).toEqual({ removed: 0, bytes: 0, absent: 1 })
})

test('removes the root itself when asked to, also by its absolute path; an absent root is done', async () => {
  using folder = new TempFolder()
  folder.write('.openclaw/a', '1')
  const root = join(folder.path, '.openclaw')
  expect(await remove(root, [join(root, 'a')])).toMatchObject({ removed: 1 })
  expect(await remove(root, ['.'])).toMatchObject({ removed: 1 })
  expect(existsSync(root)).toBe(false)
  expect(await remove(root, ['.', 'a'])).toEqual({ removed: 0, bytes: 0, absent: 2 })
})

test('a link is removed itself, what it points to stays', async () => {
  using folder = new TempFolder()
  folder.write('precious/file', 'x')
  mkdirSync(join(folder.path, 'root/inner'), { recursive: true })
  symlinkSync(join(folder.path, 'precious'), join(folder.path, 'root/inner/link'))
  expect(await remove(join(folder.path, 'root'), ['inner'])).toMatchObject({ removed: 2 })
  expect(readFileSync(join(folder.path, 'precious/file'), 'utf8')).toBe('x')
})

const passwdHome = readFileSync('/etc/passwd', 'utf8')
  .split('\n')
  .map(line => line.split(':')[5] ?? '')
  .filter(home => home.split('/').length > 2)[0]

test.each([
  '/',
  '//',
  '/home',
  '/root',
  '/home/someone',
  '/home/someone/',
  '/etc',
  '/etc/ssh',
  '/usr/local',
  '/proc/self',
  homedir(),
  `${homedir()}/`,
  passwdHome ?? '/var/lib',
  'relative/path',
  '/tmp/../root/x',
  '/tmp',
  '',
  '/tmp/a\0b',
])('the root %j is refused', async root => {
  await expect(remove(root, ['x'])).rejects.toMatchObject({
    code: expect.stringMatching(/guard-refused|bad-input/) as string,
  })
})

test('the folder that holds a home is refused', async () => {
  using folder = new TempFolder()
  folder.write('homes/me/file', 'x')
  const before = process.env['HOME']
  process.env['HOME'] = join(folder.path, 'homes/me')
  try {
    await expect(remove(join(folder.path, 'homes'), ['me'])).rejects.toMatchObject({ code: 'guard-refused' })
    for (const home of ['homes/me', 'homes/me/', 'homes//me', 'homes/me/.']) {
      await expect(remove(`${folder.path}/${home}`, ['file'])).rejects.toMatchObject({ code: 'guard-refused' })
    }
  } finally {
    process.env['HOME'] = before
  }
})

test('a root that is a link, or lies behind one, is refused', async () => {
  using folder = new TempFolder()
  folder.write('real/inner/file', 'x')
  symlinkSync(join(folder.path, 'real'), join(folder.path, 'link'))
  await expect(remove(join(folder.path, 'link'), ['inner'])).rejects.toMatchObject({ code: 'guard-refused' })
  await expect(remove(join(folder.path, 'link/inner'), ['file'])).rejects.toMatchObject({ code: 'guard-refused' })
})

test.each(['../real', '/etc/passwd', 'a/../../real', 'link/file'])('the target %j is refused', async target => {
  using folder = new TempFolder()
  folder.write('real/file', 'x')
  mkdirSync(join(folder.path, 'root'))
  symlinkSync(join(folder.path, 'real'), join(folder.path, 'root/link'))
  await expect(remove(join(folder.path, 'root'), [target])).rejects.toMatchObject({ code: 'guard-refused' })
  expect(namesIn(join(folder.path, 'real'))).toEqual(['file'])
})

const skipsMounts = skips('mounts below what is removed', MOUNT_OBSTACLE)
test.skipIf(skipsMounts)('another file system below is refused, also when it is the same device', async () => {
  using folder = new TempFolder()
  folder.write('outside/precious', 'x')
  folder.write('root/a/file', 'x')
  const point = join(folder.path, 'root/a/mounted')
  mkdirSync(point)
  execFileSync('mount', ['--bind', join(folder.path, 'outside'), point])
  try {
    await expect(remove(join(folder.path, 'root'), ['a'])).rejects.toMatchObject({ code: 'guard-refused' })
    await expect(remove(point, ['precious'])).rejects.toMatchObject({ code: 'guard-refused' })
  } finally {
    execFileSync('umount', [point])
  }
  expect(readFileSync(join(folder.path, 'outside/precious'), 'utf8')).toBe('x')
  expect(existsSync(join(folder.path, 'root/a/file'))).toBe(true)
})
