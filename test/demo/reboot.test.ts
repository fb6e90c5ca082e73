import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isRunning } from '../helpers/child-channel'
import { untilLive } from '../helpers/nodes'
import { skips, unlessLinux } from '../helpers/requirement'
import { startDemoFleet, type DemoFleet } from './fleet'
import { lightNode } from './personalities'

let fleet: DemoFleet

beforeEach(async () => {
  fleet = await startDemoFleet({ personalities: [{ ...lightNode(1), isStarted: true }] })
})
afterEach(() => fleet[Symbol.asyncDispose]())

test.skipIf(skips('demo machines that restart', unlessLinux('needs /proc')))(
  'a machine that restarts ends all its processes, and then starts what is enabled, and nothing else',
  async () => {
    const [node] = fleet.nodes
    if (node === undefined) throw new Error('no machine')
    await untilLive(node)
    const [gateway = 0] = node.pids
    // Something that belongs to no service and asks nobody to end it.
    const loose = spawn('sh', ['-c', `trap '' TERM; echo up; while :; do sleep 1; done`], {
      env: { HOME: node.home, PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = once(loose, 'exit')
    await once(loose.stdout, 'data')
    const { port } = node
    await node.reboot()
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect([await isRunning(gateway), node.port]).toEqual([false, port])
    await untilLive(node)
    const [again = 0] = node.pids
    expect(readFileSync(`/proc/${again}/environ`, 'utf8')).toContain(`HOME=${node.home}`)

    const link = join(node.home, '.config/systemd/user/default.target.wants/openclaw-gateway.service')
    expect(existsSync(link)).toBe(true)
    rmSync(link)
    await node.reboot()
    expect(await isRunning(again)).toBe(false)
    expect(node.pids).toEqual([])
  },
)
