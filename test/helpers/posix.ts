import { test as anywhere, type TestAPI } from 'vitest'

const isPosix = process.platform !== 'win32'
const namesAreBytes = process.platform === 'linux'

if (!isPosix) console.warn('Skipped: the nodes these tests stand for are POSIX machines.')
else if (!namesAreBytes) console.warn('Skipped: this system takes no file names that are not UTF-8.')

/** A test of what runs on nodes: with POSIX modes, links and names. */
export const test: TestAPI = isPosix ? anywhere : (anywhere.skip as TestAPI)

/** A test with file names that are not UTF-8. */
export const testOfBytes: TestAPI = namesAreBytes ? anywhere : (anywhere.skip as TestAPI)
