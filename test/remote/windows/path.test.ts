import { expect, test } from 'vitest'
import { fromRef } from '../../../remote/paths'
import { isBeneath, native, pathWordsOf, slashed, wordAsPath } from '../../../remote/path'
import { badName, windowsRefusal } from '../../../remote/windows/refusal'
import { asWindows } from '../../helpers/windows'

const windows = pathWordsOf('win32')

test('paths of Windows are worked on with slashes, its drive in upper case', () => {
  expect(windows.join('c:\\Users\\ada', '.openclaw', 'tmp')).toBe('C:/Users/ada/.openclaw/tmp')
  expect(windows.dirname('C:/Users')).toBe('C:/')
  expect(windows.dirname('C:/')).toBe('C:/')
  expect(windows.basename('C:\\Users\\ada\\gateway.cmd', '.cmd')).toBe('gateway')
  expect(windows.normalize('C:\\Users\\.\\ada\\..\\bob')).toBe('C:/Users/bob')
  expect(windows.relative('C:/Users/ADA', 'c:\\users\\ada\\x\\y')).toBe('x/y')
  expect(windows.relative('C:/Users/ada', 'D:\\x')).toBe('D:/x')
  expect(windows.resolve('C:/Users/ada', '../bob')).toBe('C:/Users/bob')
  expect([windows.isAbsolute('C:/x'), windows.isAbsolute('C:x'), windows.isAbsolute('x')]).toEqual([true, false, false])
  expect(slashed('\\\\?\\c:\\Users\\ada')).toBe('C:/Users/ada')
  expect(slashed('\\\\server\\share\\x')).toBe('//server/share/x')
})

test('elsewhere paths are what they were', () => {
  const posix = pathWordsOf('linux')
  expect(posix.join('/a\\b', 'c')).toBe('/a\\b/c')
  expect(posix.isAbsolute('C:/x')).toBe(false)
  expect(wordAsPath('C:\\x', 'linux')).toBe('C:\\x')
  expect(native('/a/b', 'linux')).toBe('/a/b')
})

test('Windows does not tell upper from lower case; a folder whose name only begins alike is another one', () => {
  expect(isBeneath('C:/USERS/Ada/x', 'c:/users/ada', 'win32')).toBe(true)
  expect(isBeneath('C:/Users/adam', 'C:/Users/ada', 'win32')).toBe(false)
  expect(isBeneath('D:/x', 'D:/', 'win32')).toBe(true)
  expect(isBeneath('/home/ADA/x', '/home/ada', 'linux')).toBe(false)
})

test('only words that are paths get slashes', () => {
  expect(wordAsPath('C:\\Users\\ada\\a.js', 'win32')).toBe('C:/Users/ada/a.js')
  expect(wordAsPath('--match=\\d+', 'win32')).toBe('--match=\\d+')
  expect(native('C:/Users/ada', 'win32')).toBe('C:\\Users\\ada')
})

test.each([
  ['C:/', 'top'],
  ['C:', 'top'],
  ['D:/data', 'top'],
  ['c:\\data', 'top'],
  ['C:/Users', 'top'],
  ['C:/Users/ada', 'home'],
  ['c:/users/Ada/', 'home'],
  ['C:/Windows/Temp', 'system'],
  ['C:/WINDOWS/System32/drivers/x', 'system'],
  ['C:/Program Files/nodejs', 'system'],
  ['C:/Program Files (x86)/nodejs', 'system'],
  ['C:/ProgramData/npm', 'system'],
  ['C:/Users/ada/AppData', 'account'],
  ['C:/Users/ada/AppData/Roaming', 'account'],
  ['C:/Users/ada/Documents', 'account'],
  ['//server/share/x', 'another machine'],
  ['\\\\?\\C:\\Users\\ada\\.openclaw', 'another machine'],
  ['\\\\.\\PhysicalDrive0\\x', 'another machine'],
  ['C:Users/ada/x', 'absolute'],
  ['.openclaw', 'absolute'],
  ['C:/Users/ada/.openclaw:stream', 'stream'],
  ['C:/Users/ada/.openclaw./x', 'dot'],
  ['C:/Users/ada /x', 'dot'],
  ['C:/Users/ada/nul', 'device'],
  ['C:/Users/ada/COM1.txt/x', 'device'],
  ['C:/Users/ada/a?b', 'characters'],
])('nothing is removed from %j', (path, why) => {
  expect(windowsRefusal(path)).toContain(why)
})

test.each([
  'C:/Users/ada/.openclaw',
  'C:/Users/ada/AppData/Roaming/npm',
  'C:/Users/ada/AppData/Local/Temp',
  'C:/Users/Ada Lovelace/.openclaw-work',
  'D:/data/claw',
  'C:/Program Files/nodejs/node_modules/openclaw',
])('what lies in %j may go', path => {
  expect(windowsRefusal(path)).toBeNull()
})

test('names that would be other files are no paths inside a folder; a backslash separates', () => {
  using _ = asWindows()
  for (const path of ['a:b', 'a./b', 'a /b', 'a\\..\\b', 'a/nul', 'a/b|c']) {
    expect(() => fromRef({ path }), path).toThrow('Not a path inside its folder')
  }
  expect(fromRef({ path: 'a\\b.txt' }).toString()).toBe('a/b.txt')
  expect(badName('console.log')).toBeNull()
})
