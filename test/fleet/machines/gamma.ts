import type { Machine } from '../machine.ts'
import { mustAsRoot, type Recipe } from '../recipe.ts'
import { GATEWAY_PORT } from './state.ts'

const SQUATTER = `import { createServer } from 'node:http'
createServer((_, response) => response.end('not OpenClaw')).listen(${GATEWAY_PORT}, '127.0.0.1')
`
const SQUATTER_UNIT = `[Unit]
Description=Something else on port ${GATEWAY_PORT}
[Service]
ExecStart=/usr/local/bin/node /opt/squatter.mjs
DynamicUser=yes
[Install]
WantedBy=multi-user.target
`

async function provision(machine: Machine): Promise<void> {
  await mustAsRoot(machine, 'cat > /opt/squatter.mjs', SQUATTER)
  await mustAsRoot(machine, 'cat > /etc/systemd/system/squatter.service', SQUATTER_UNIT)
  await mustAsRoot(machine, 'systemctl enable --now squatter.service')
}

/** An awkward target: other user, a home with a space in it, OpenClaw's default port taken, no linger, never onboarded. */
export const gamma: Recipe = {
  name: 'gamma',
  about: 'OpenClaw 2026.9.6 installed, never used: svc-claw, home "/srv/claw home", port 18789 taken',
  user: 'svc-claw',
  home: '/srv/claw home',
  hostByte: 13,
  layers: ['openclaw-2026.9.6', 'npm', 'node-26', 'debian'],
  provision,
}
