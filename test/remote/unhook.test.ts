import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, linkSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { handleUnhook } from '../../remote/unhook'
import { test } from '../helpers/posix'
import { RemoteSession } from '../helpers/remote-context'
import { TracedHome } from '../helpers/traced-home'

let machine: TracedHome

beforeEach(() => {
  machine = new TracedHome()
})
afterEach(() => machine[Symbol.dispose]())

const sha = (line: string): string => createHash('sha256').update(line, 'latin1').digest('hex')
const LINE = 'source ~/.openclaw/completions/openclaw.bash'

async function unhook(file: string | null, lines: readonly string[]) {
  using session = new RemoteSession()
  return (await session.ask(handleUnhook, { file, lines: lines.map(sha) })).result
}

describe('a start-up file', () => {
  test('loses the lines and nothing else: bytes, mode and owner stay', async () => {
    const kept = 'caf\xe9=1\r\n\n  tab\t'
    const file = machine.write('.bashrc')
    writeFileSync(file, Buffer.from(`# OpenClaw Completion\n${LINE}\n${kept}\n${LINE}\nlast`, 'latin1'))
    chmodSync(file, 0o640)
    if (process.getuid?.() === 0) chownSync(file, 4242, 4243)
    const before = statSync(file)
    expect(await unhook(file, ['# OpenClaw Completion', LINE, 'never there'])).toEqual({ removed: 3, absent: 1 })
    expect(readFileSync(file, 'latin1')).toBe(`${kept}\nlast`)
    const { mode, uid, gid } = statSync(file)
    expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid })
    expect(await unhook(file, ['# OpenClaw Completion', LINE])).toEqual({ removed: 0, absent: 2 })
    expect(readdirSync(machine.home)).toEqual(['.bashrc'])
  })

  test.each([
    ['# mine\n', ''],
    ['# mine\n\nalias ll="ls -l"\n', 'export EDITOR=vi\n'],
    ['', 'export EDITOR=vi\n'],
    ['\n', ''],
    ['# mine\n\n\n', ''],
  ])('is byte for byte what it was before OpenClaw wrote its block after %j', async (before, after) => {
    // As OpenClaw writes it: one empty line after what was there. Where more or none are, a person was at work.
    const gap = before.endsWith('\n\n') || before.trim() === '' ? '' : '\n'
    const block = `${gap}# OpenClaw Completion\n${LINE}\n`
    const file = machine.write('.bashrc', `${before}${block}${after}`)
    expect(await unhook(file, ['# OpenClaw Completion', LINE])).toEqual({ removed: 2, absent: 0 })
    expect(readFileSync(file, 'utf8')).toBe(`${before}${after}`)
  })

  test.each([
    ['a=1\n', LINE, ''],
    ['a=1\n\n', `# OpenClaw Completion\n${LINE}`, ''],
    ['', `${LINE}\n`, 'last'],
    ['a=1\n', `${LINE}\n`, 'last'],
    ['a=1\r\n', LINE, ''],
    ['', LINE, ''],
  ])('keeps every other byte: %j before, %j taken out, %j after', async (before, block, after) => {
    const file = machine.write('.bashrc', `${before}${block}${after}`)
    await unhook(file, ['# OpenClaw Completion', LINE])
    // One empty line goes with the block of completions: OpenClaw put it there.
    expect(readFileSync(file, 'utf8')).toBe(`${before.replace(/\n\n$/, '\n')}${after}`)
  })

  test('loses the block of one profile; that of another keeps its heading', async () => {
    const other = 'source "/home/ada/.openclaw-rescue/completions/openclaw.bash"'
    const block = (line: string) => `\n# OpenClaw Completion\n${line}\n`
    for (const [before, after] of [
      [LINE, other],
      [other, LINE],
    ] as const) {
      const file = machine.write('.bashrc', `a=1\n${block(before)}${block(after)}`)
      expect(await unhook(file, ['# OpenClaw Completion', LINE])).toEqual({ removed: 2, absent: 0 })
      expect(readFileSync(file, 'utf8')).toBe(`a=1\n${block(other)}`)
      expect(await unhook(file, ['# OpenClaw Completion', LINE])).toEqual({ removed: 0, absent: 2 })
    }
    const alone = machine.write('.bashrc', 'a=1\n# OpenClaw Completion\nb=2\n')
    expect(await unhook(alone, ['# OpenClaw Completion'])).toEqual({ removed: 1, absent: 0 })
  })

  test('keeps an empty line before what only looks like the heading, or stays', async () => {
    const text = `a\n\n# OpenClaw Completion\n${LINE}\n`
    const file = machine.write('.bashrc', text)
    await unhook(file, [LINE])
    expect(readFileSync(file, 'utf8')).toBe('a\n\n# OpenClaw Completion\n')
  })

  test('that is not there has nothing to lose', async () => {
    expect(await unhook(join(machine.home, '.zshrc'), [LINE])).toEqual({ removed: 0, absent: 1 })
  })

  test('that is a link, has other names or is none is refused, and stays as it is', async () => {
    const real = machine.write('dotfiles/bashrc', `${LINE}\n`)
    const link = machine.link('.bashrc', real)
    await expect(unhook(link, [LINE])).rejects.toMatchObject({
      code: 'guard-refused',
      hint: expect.stringMatching(/by hand/) as string,
    })
    const twin = machine.write('.profile', `${LINE}\n`)
    linkSync(twin, join(machine.home, 'twin'))
    await expect(unhook(twin, [LINE])).rejects.toMatchObject({ code: 'guard-refused' })
    for (const other of [
      machine.write('notes.txt', LINE),
      '/etc/passwd',
      join(machine.home, 'x/../.bashrc'),
      '.bashrc',
    ]) {
      await expect(unhook(other, [LINE])).rejects.toMatchObject({ code: 'guard-refused' })
    }
    expect(readFileSync(real, 'utf8')).toBe(`${LINE}\n`)
    expect(readFileSync(twin, 'utf8')).toBe(`${LINE}\n`)
  })

  test('is mended also when an earlier run was killed half-way', async () => {
    const file = machine.write('.bashrc', `a\n${LINE}\n`)
    machine.write('.bashrc.ocm-unhook', 'half')
    expect(await unhook(file, [LINE])).toEqual({ removed: 1, absent: 0 })
    expect(readdirSync(machine.home)).toEqual(['.bashrc'])
  })
})

describe('the crontab', () => {
  const run = '@reboot openclaw gateway run'

  test('loses the lines and keeps the rest as it is', async () => {
    machine.crontab.write(`# caf\xe9\n${run}\n0 1 * * * true\n`)
    expect(await unhook(null, [run, 'never there'])).toEqual({ removed: 1, absent: 1 })
    expect(machine.crontab.text).toBe('# caf\xe9\n0 1 * * * true\n')
    expect(await unhook(null, [run])).toEqual({ removed: 0, absent: 1 })
  })

  test('that is empty then is removed; without one there is nothing to do', async () => {
    machine.crontab.write(`${run}\n\n`)
    expect(await unhook(null, [run])).toEqual({ removed: 1, absent: 0 })
    expect(machine.crontab.text).toBeNull()
    expect(await unhook(null, [run])).toEqual({ removed: 0, absent: 1 })
  })

  test('that cannot be written is an error, and the old one stays', async () => {
    machine.crontab.write(`${run}\nother\n`)
    const program = join(machine.crontab.bin, 'crontab')
    machine.folder.write(
      'cron-bin/crontab',
      readFileSync(program, 'utf8').replace('-) cat', '-) echo "crontab: disk full" >&2; exit 1; cat'),
      0o755,
    )
    await expect(unhook(null, [run])).rejects.toMatchObject({
      code: 'command-failed',
      message: expect.stringMatching(/disk full/) as string,
    })
    expect(machine.crontab.text).toBe(`${run}\nother\n`)
    expect(existsSync(program)).toBe(true)
  })

  test('is none where there is no cron', async () => {
    process.env['PATH'] = '/nowhere'
    if (['/usr/bin/crontab', '/bin/crontab', '/usr/local/bin/crontab'].some(existsSync)) return
    expect(await unhook(null, [run])).toEqual({ removed: 0, absent: 1 })
  })
})
