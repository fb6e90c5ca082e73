import { describe, expect, test } from 'vitest'
import { isOwnAddress, isTrusted } from '../../../main/shell/address'
import { isAllowedOutside } from '../../../main/shell/outside'

describe('our own address', () => {
  test.each(['app://ocm/', 'app://ocm/index.html#/nodes', 'app://ocm/assets/a.js?x=1'])('%s is ours', address => {
    expect(isOwnAddress(address)).toBe(true)
  })
  test.each([
    'app://ocm.evil/',
    'app://evil/ocm/',
    'app://you@ocm/',
    'app://ocm:80@evil/',
    'https://ocm/',
    'file:///ocm/index.html',
    'about:blank',
    'data:text/html,app://ocm/',
    '',
  ])('%s is a stranger', address => {
    expect(isOwnAddress(address)).toBe(false)
  })
})

describe('a sender', () => {
  const top = { url: 'app://ocm/index.html', parent: null }
  test('is trusted when it is the top frame of our page', () => {
    expect(isTrusted(top)).toBe(true)
  })
  test('is not trusted when it is gone, a frame inside, or another page', () => {
    // The parent of a frame is only compared with null.
    const inside = { url: top.url, parent: {} } as Parameters<typeof isTrusted>[0]
    expect([null, inside, { url: 'https://example.com/', parent: null }].map(isTrusted)).toEqual([false, false, false])
  })
})

describe('an address outside', () => {
  const own = 'https://example.org/team/ocm'
  test.each([
    'https://docs.openclaw.ai/',
    'https://docs.openclaw.ai/a/b?c#d',
    'https://github.com/openclaw',
    'https://github.com/openclaw/openclaw/issues/1',
    'https://t.me/BotFather',
    'https://example.org/team/ocm/releases',
  ])('%s is opened', address => {
    expect(isAllowedOutside(address, own)).toBe(true)
  })
  test.each([
    'http://docs.openclaw.ai/',
    'https://docs.openclaw.ai:8443/',
    'https://docs.openclaw.ai.evil.example/',
    'https://you@docs.openclaw.ai/',
    'https://github.com/',
    'https://github.com/openclaw-evil/',
    'https://github.com/openclaw/../evil',
    'https://github.com/openclaw/%2e%2e/evil',
    'https://t.me/BotFatherEvil',
    'https://example.org/team/ocmx',
    'smb://docs.openclaw.ai/',
    'not an address',
  ])('%s is not opened', address => {
    expect(isAllowedOutside(address, own)).toBe(false)
  })
  test('of the project is not opened when the project has none', () => {
    expect(isAllowedOutside(own, null)).toBe(false)
  })
})
