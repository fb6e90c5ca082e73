import { expect, test } from 'vitest'
import { compareVersions } from '../../../main/openclaw/versions'

test('calendar versions are ordered by number, and a beta comes before its release', () => {
  const inOrder = ['2026.5.28', '2026.7.1', '2026.7.2-beta.1', '2026.7.2', '2026.8.1', '2026.9.6', '2026.10.1']
  expect([...inOrder].reverse().sort(compareVersions)).toEqual(inOrder)
})
