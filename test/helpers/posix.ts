import { test as anywhere, type TestAPI } from 'vitest'
import { skips, unlessLinux } from './requirement'

const noPosix = process.platform === 'win32' ? 'the nodes that they stand for are POSIX machines' : undefined
const noBytes = unlessLinux('this system takes no such names')
const isPosix = !skips('what runs on nodes', noPosix)
const takesBytes = !skips('file names that are not UTF-8', noBytes)

/** A test of what runs on nodes: with POSIX modes, links and names. */
export const test: TestAPI = isPosix ? anywhere : (anywhere.skip as TestAPI)

/** A test with file names that are not UTF-8. */
export const testOfBytes: TestAPI = takesBytes ? anywhere : (anywhere.skip as TestAPI)
