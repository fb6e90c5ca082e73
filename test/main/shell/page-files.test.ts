import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTENT_SECURITY_POLICY, answerRequest } from '../../../main/shell/page-files'

let root = ''
const ask = (address: string, method = 'GET'): Promise<Response> =>
  answerRequest(new Request(address, { method }), join(root, 'renderer'))

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ocm-page-'))
  mkdirSync(join(root, 'renderer', 'assets'), { recursive: true })
  writeFileSync(join(root, 'renderer', 'index.html'), '<p>page</p>')
  writeFileSync(join(root, 'renderer', 'assets', 'a b.js'), 'script')
  writeFileSync(join(root, 'renderer', 'assets', 'a.js.map'), 'map')
  writeFileSync(join(root, 'secret.json'), 'secret')
  mkdirSync(join(root, 'renderer-other'))
  writeFileSync(join(root, 'renderer-other', 'x.js'), 'other')
})
afterAll(() => rmSync(root, { recursive: true }))

describe('the page', () => {
  test('is served with its type and its policy', async () => {
    const reply = await ask('app://ocm/')
    expect(await reply.text()).toBe('<p>page</p>')
    expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(reply.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('has files with names that need escapes, and ignores query and fragment', async () => {
    expect(await (await ask('app://ocm/assets/a%20b.js?v=1#x')).text()).toBe('script')
  })

  test.each([
    'app://ocm/../secret.json',
    'app://ocm/%2e%2e/secret.json',
    'app://ocm/..%2fsecret.json',
    'app://ocm/assets/..%2f..%2fsecret.json',
    'app://ocm/..%5csecret.json',
    'app://ocm/..%2frenderer-other%2fx.js',
    'app://ocm/%00index.html',
    'app://ocm/%zz.js',
    'app://ocm/c:%2fsecret.json',
    'app://ocm/assets',
    'app://ocm/assets/a.js.map',
    'app://ocm/missing.js',
    'app://evil/index.html',
  ])('has no %s', async address => {
    const reply = await ask(address)
    expect(reply.status).toBe(404)
    expect(await reply.text()).toBe('Not found')
    expect(reply.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
  })

  test('answers no method but GET', async () => {
    expect((await ask('app://ocm/index.html', 'POST')).status).toBe(404)
  })

  test('has a policy that names no other source than itself', () => {
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:|blob:/)
  })
})
