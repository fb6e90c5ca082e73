/** Runs programs of the project on the Node it brings, alone or side by side, with readable output. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node24Environment, node24Path } from './setup.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Runs one program to its end.
 * @param {readonly string[]} words A script and its words.
 * @param {{ env?: NodeJS.ProcessEnv | undefined, limitMs: number, log?: string | undefined }} options `limitMs` from now
 *   on, in ms, after which the program and all it started are killed; `log` is a file for all it writes, instead of ours.
 * @returns {Promise<number>} Its exit code; 1 where a signal ended it.
 * @throws Error when it does not start.
 */
export async function runToEnd(words, { env = {}, limitMs, log }) {
  // A group of its own on POSIX, so that at the limit all that the program started ends with it.
  const detached = process.platform !== 'win32'
  const file = log === undefined ? undefined : openSync(log, 'w')
  const child = spawn(node24Path, words, {
    cwd: ROOT,
    env: { ...node24Environment(), ...env },
    stdio: file === undefined ? 'inherit' : ['ignore', file, file],
    detached,
  })
  if (file !== undefined) closeSync(file)
  const end = () => {
    console.error(`== over its limit of time, ended: ${words.join(' ')}`)
    if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  }
  const timer = setTimeout(end, limitMs)
  /** @type {readonly NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM']
  const forward = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal)
  for (const signal of signals) process.on(signal, forward)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', code => resolve(code ?? 1))
    })
  } finally {
    clearTimeout(timer)
    for (const signal of signals) process.off(signal, forward)
  }
}
