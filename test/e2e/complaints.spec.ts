import { demoTest as test, expect } from './demo'

test.use({ nodeCount: 1 })

test('a broken policy is heard by the specs, and fails them', async ({ window }) => {
  test.fail()
  await expect(window.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
  await window.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'globalThis.isIn = true'
    document.head.append(script)
  })
  // Only what the fixture heard may make this fail: the script itself never ran.
  const isIn = await window.evaluate(() => 'isIn' in globalThis)
  if (isIn) test.fail(false, 'the policy let the script in')
})
