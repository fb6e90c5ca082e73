import { expect } from 'vitest'
import { handleSurvey } from '../../../remote/survey'
import { test } from '../../helpers/posix'
import { RemoteSession } from '../../helpers/remote-context'
import { TracedHome } from '../../helpers/traced-home'
import { treeOf } from '../../helpers/tree'

test('a look leaves nothing behind, though a login shell calls npm and the service starts OpenClaw itself', async () => {
  using machine = new TracedHome()
  machine.write('.openclaw/openclaw.json', '{}')
  machine.install('.npm-global')
  machine.write('.npm-global/lib/node_modules/openclaw/openclaw.mjs', TALKATIVE, 0o755)
  machine.write('.profile', 'npm config get prefix >/dev/null\n') // as version managers do
  machine.write(
    '.config/systemd/user/openclaw-gateway.service',
    `[Service]\nExecStart=${machine.home}/.npm-global/bin/openclaw gateway run\n`,
  )
  const before = treeOf(machine.folder.path)
  using session = new RemoteSession()
  await session.ask(handleSurvey, { extraStateDirs: [], withSizes: true })
  const { byId } = await machine.traces()
  expect([...byId.values()].map(({ kind }) => kind)).toEqual(expect.arrayContaining(['state', 'unit', 'package']))
  expect(treeOf(machine.folder.path)).toEqual(before)
})

/** Writes a file as soon as it is run, whatever it is asked. */
const TALKATIVE = `#!/usr/bin/env node
import { writeFileSync } from 'node:fs'
writeFileSync(process.env.HOME + '/was-run', '')
console.log('v24.0.0')
`
