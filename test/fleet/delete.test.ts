/**
 * Deletions on real machines with the real OpenClaw, driven by the command line, and looked at afterwards with plain ssh
 * commands that share no code with OCM.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Certificate } from '../../shared/deletion'
import type { Operation, Plan } from '../../shared/plan'
import { MINUTE } from '../../shared/units'
import { introduce, NOTHING, remains } from './eyes'
import type { Machine } from './fleet'
import { sleep } from './host'
import { ALPHA_BOT_TOKEN } from './machines/alpha'
import { BETA_BOT_TOKEN } from './machines/beta'
import { WORK_PORT, zetaOpenclaw } from './machines/zeta'
import { must, mustAsRoot, waitForGateway } from './recipe'
import { useMachines } from './stage'

const PORT = 18_789

const stage = useMachines(['alpha', 'beta', 'zeta'], { withSudo: true })

interface Ended {
  readonly operation: Operation
  readonly certificate: Certificate
}

/** Deletes with the name confirmed; answers a run that ended proven. */
async function deleted({ name }: Machine, ...words: readonly string[]): Promise<Ended> {
  const ran = await stage.ocm.run(['delete', name, '--confirm', name, ...words])
  expect(ran.code, ran.stderr.slice(-6000)).toBe(0)
  expect(ran.stdout + ran.stderr).not.toMatch(/AAfleet/) // the secret half of a bot's token
  const ended = ran.json() as Ended
  expect(ended.operation.state).toBe('done')
  expect(ended.operation.proof.filter(row => row.verdict !== 'proven')).toEqual([])
  expect(ended.certificate.isProven).toBe(true)
  return ended
}

/** Resumes what is left of a deletion, and expects a proven end. */
async function resumed(left: Operation | undefined): Promise<void> {
  const ran = await stage.ocm.run(['resume', left?.id ?? ''])
  expect(ran.code, ran.stderr.slice(-6000)).toBe(0)
  const operation = ran.json() as Operation
  expect(operation.state).toBe('done')
  expect(operation.proof.filter(row => row.verdict !== 'proven')).toEqual([])
}

async function isListed({ name }: Machine): Promise<boolean> {
  const { stdout } = await stage.ocm.run(['nodes', 'list'])
  return stdout.includes(`"${name}"`)
}

async function isHealthy(machine: Machine, port: number): Promise<boolean> {
  const { stdout } = await machine.ssh(`curl -s --max-time 5 http://127.0.0.1:${port}/healthz`)
  return stdout.includes('"ok":true')
}

describe.skipIf(stage.isSkipped)('the older generation, installed by root for everybody', () => {
  test(
    'goes with its service, bot, cron line, completion and a leaked node host',
    { timeout: 10 * MINUTE },
    async () => {
      const { beta } = stage.fleet.machines
      await must(beta, 'crontab', '@reboot /usr/local/bin/openclaw gateway run\n0 4 * * * /bin/true\n')
      await must(
        beta,
        'cat >> ~/.bashrc',
        '# OpenClaw Completion\nsource "/home/bob/.openclaw/completions/openclaw.bash"\nexport MINE=1\n',
      )
      const leaked = await leakNodeHost(beta)

      const preview = (await stage.ocm.run(['delete', 'beta', '--preview'])).json() as Plan
      expect(preview.blockers).toEqual([])
      const verdict = (path: string): string | undefined =>
        preview.deletion?.items.find(item => item.path === path)?.verdict
      expect(verdict('/home/bob/.openclaw')).toBe('goes')
      expect(verdict('/data/bob-work')).toBe('stays')
      expect(preview.deletion?.items.map(item => item.process?.pid)).toContain(leaked)
      expect(await isHealthy(beta, PORT)).toBe(true) // nothing was changed yet
      const before = Object.entries(await remains(beta))
      expect(before.filter(([, found]) => found === '').map(([what]) => what)).toEqual(['systemUnits'])

      const { operation, certificate } = await deleted(beta)
      expect(await remains(beta)).toEqual({ ...NOTHING, cron: '0 4 * * * /bin/true' })
      expect(await must(beta, 'ls /data/bob-work/archive')).toContain('with space.txt')
      expect(await must(beta, 'tail -1 ~/.bashrc')).toBe('export MINE=1\n')
      await must(beta, 'node --version && test -x "$(command -v npm)"')
      expect(await isListed(beta)).toBe(false)
      expect(certificate.backups).toHaveLength(1)
      expect(operation.steps.find(step => step.stepId === 'release-bots')?.note).toContain('/deletebot')
      const methods = stage.fleet.botApi.calls(BETA_BOT_TOKEN).map(call => call.method)
      expect(methods).toContain('deleteWebhook')
      const asked = stage.fleet.botApi.polls(BETA_BOT_TOKEN).length
      await sleep(1000)
      expect(stage.fleet.botApi.polls(BETA_BOT_TOKEN)).toHaveLength(asked)
    },
  )

  /** Starts a node host and ends its wrapper the hard way; this version leaves the child behind. @returns its pid. */
  async function leakNodeHost(machine: Machine): Promise<number> {
    const token =
      'node -p \'JSON.parse(fs.readFileSync(os.homedir() + "/.openclaw/openclaw.json")).gateway.auth.token\''
    const start = `OPENCLAW_GATEWAY_TOKEN=$(${token}) setsid openclaw node run --host 127.0.0.1 --port ${PORT}`
    await must(machine, `${start} >/dev/null 2>&1 </dev/null &`)
    const child = await until(async () => {
      const { stdout } = await machine.ssh('ps -eo pid=,ppid=,args= | grep "[o]penclaw-node"')
      return stdout.trim() === '' ? undefined : stdout.trim().split(/\s+/)
    })
    await must(machine, `kill -9 ${child[1]}`)
    await sleep(3000) // newer versions notice within two seconds
    await must(machine, `kill -0 ${child[0]}`)
    return Number(child[0])
  }
})

describe.skipIf(stage.isSkipped)('an installation in the home directory with two profiles', () => {
  test('loses the chosen profile alone', { timeout: 10 * MINUTE }, async () => {
    const { zeta } = stage.fleet.machines
    await deleted(zeta, '--profiles', 'work', '--waive-backup')
    expect(await isHealthy(zeta, PORT)).toBe(true)
    expect(await isHealthy(zeta, WORK_PORT)).toBe(false)
    expect(await must(zeta, 'systemctl --user list-unit-files --no-legend "openclaw*"')).toMatch(
      /^openclaw-gateway\.service\s+enabled.*\n$/,
    )
    expect((await zeta.ssh('ls -d ~/.openclaw-work')).code).not.toBe(0)
    expect(await must(zeta, zetaOpenclaw('--version'))).toContain('2026.9.6')
    expect(await isListed(zeta)).toBe(true)
  })

  test('rests in quarantine, and comes back', { timeout: 10 * MINUTE }, async () => {
    const { zeta } = stage.fleet.machines
    const files = 'cd ~/.openclaw && cat openclaw.json | sha256sum'
    const before = await must(zeta, files)
    const quarantined = await stage.ocm.run(['quarantine', 'zeta', '--days', '3', '--confirm', 'zeta'])
    expect(quarantined.code, quarantined.stderr.slice(-4000)).toBe(0)
    expect(await isHealthy(zeta, PORT)).toBe(false)
    expect((await zeta.ssh('systemctl --user is-enabled openclaw-gateway.service')).stdout.trim()).toBe('disabled')
    expect(await must(zeta, files)).toBe(before)
    const released = await stage.ocm.run(['release', 'zeta'])
    expect(released.code, released.stderr.slice(-4000)).toBe(0)
    await waitForGateway(zeta, PORT)
    expect((await zeta.ssh('systemctl --user is-enabled openclaw-gateway.service')).stdout.trim()).toBe('enabled')
  })

  test('goes whole, and so does what another machine knows of it', { timeout: 10 * MINUTE }, async () => {
    const { zeta, alpha } = stage.fleet.machines
    let deviceId: string
    let certificate: Certificate
    {
      await using road = await openRoad(alpha, zeta)
      deviceId = await pairNodeHost(zeta, alpha, road.port)
      const preview = (await stage.ocm.run(['delete', 'zeta', '--preview'])).json() as Plan
      expect(preview.deletion?.peers).toMatchObject([{ label: 'alpha', profile: 'default', deviceId }])
      certificate = (await deleted(zeta, '--peers', deviceId)).certificate
    }
    expect(await remains(zeta)).toEqual(NOTHING)
    await must(zeta, 'node --version && test -x "$(command -v npm)" && cat ~/.npmrc')
    expect(await isListed(zeta)).toBe(false)
    expect(certificate.rows.filter(row => row.name.includes(deviceId)).map(row => row.verdict)).toEqual(['gone'])
    for (const list of ['devices list', 'nodes list', 'nodes pending']) {
      expect(await must(alpha, `openclaw ${list} --json`)).not.toContain(deviceId)
    }
    expect(await isHealthy(alpha, PORT)).toBe(true)
  })

  /** Runs zeta's node host against alpha's gateway, which lets it in and remembers it. @returns the device's id. */
  async function pairNodeHost(machine: Machine, gateway: Machine, port: number): Promise<string> {
    const config = JSON.parse(await must(gateway, 'cat ~/.openclaw/openclaw.json')) as {
      readonly gateway: { readonly auth: { readonly token: string } }
    }
    const words = zetaOpenclaw(`node run --host 127.0.0.1 --port ${port} --display-name zeta-node`)
    await must(machine, `OPENCLAW_GATEWAY_TOKEN=${config.gateway.auth.token} ${words} >/dev/null 2>&1 </dev/null &`)
    const { requestId, nodeId } = await until(async () => {
      const { stdout } = await gateway.ssh('openclaw nodes pending --json')
      const asking = JSON.parse(stdout || '[]') as readonly { readonly requestId: string; readonly nodeId: string }[]
      return asking[0]
    })
    await must(gateway, `openclaw nodes approve ${requestId}`)
    return nodeId
  }

  test('is proven gone also where somebody removed it by hand, but for its command', async () => {
    const { zeta } = stage.fleet.machines
    await must(zeta, 'ln -s ../lib/node_modules/openclaw/openclaw.mjs ~/.npm-global/bin/openclaw')
    await introduce(stage.ocm, zeta, { withSudo: true })
    const { operation } = await deleted(zeta)
    const said = operation.steps.map(step => step.note).join('\n')
    expect(said).toMatch(/[Nn]othing runs|no process runs/)
    expect(operation.plan.deletion?.items.filter(item => item.verdict === 'goes').map(item => item.kind)).toEqual([
      'package',
    ])
    expect(await remains(zeta)).toEqual(NOTHING)
    expect(await isListed(zeta)).toBe(false)
  })
})

describe.skipIf(stage.isSkipped)('the present generation under a system unit that a person wrote', () => {
  test('goes although the plug is pulled in the middle', { timeout: 10 * MINUTE }, async () => {
    const { alpha } = stage.fleet.machines
    await runAsSystemUnit(alpha)
    expect((await remains(alpha))['systemUnits']).toContain('openclaw.service')
    const run = stage.ocm.start(['delete', 'alpha', '--confirm', 'alpha'])
    await until(async () => (await alpha.asRoot('pgrep -f "[n]pm-cli.js uninstall"')).stdout.trim() || undefined)
    await alpha.powerOff()
    await alpha.boot()
    const cut = await run.ended
    expect(cut.code, cut.stdout).toBe(1)
    expect(await isListed(alpha)).toBe(true)
    expect((await alpha.ssh('systemctl is-active openclaw.service')).stdout.trim()).not.toBe('active')

    const [left] = (await stage.ocm.run(['runs'])).json() as readonly Operation[]
    expect(left?.state).toBe('cleaning-up')
    await resumed(left)
    expect(await remains(alpha)).toEqual(NOTHING)
    await must(alpha, 'node --version && test -x "$(command -v npm)"')
    expect(await isListed(alpha)).toBe(false)
    expect(stage.fleet.botApi.calls(ALPHA_BOT_TOKEN).map(call => call.method)).toContain('deleteWebhook')
  })

  async function runAsSystemUnit(machine: Machine): Promise<void> {
    await must(machine, 'openclaw gateway uninstall --json && rm -rf ~/.config/systemd/user/openclaw*')
    const unit = `[Unit]
Description=OpenClaw
[Service]
User=${machine.user}
ExecStart=/usr/local/bin/openclaw gateway run --port ${PORT}
Restart=always
[Install]
WantedBy=multi-user.target
`
    await mustAsRoot(machine, 'cat > /etc/systemd/system/openclaw.service', unit)
    await mustAsRoot(machine, 'systemctl daemon-reload && systemctl enable --now openclaw.service')
    await waitForGateway(machine, PORT)
  }
})

/** Lets one machine reach the gateway of another, which listens on its loopback alone, as an admin would: through ssh. */
async function openRoad(gateway: Machine, machine: Machine): Promise<AsyncDisposable & { readonly port: number }> {
  const port = 28_789
  const socket = join(stage.ocm.dataDir, 'gateway.sock')
  const tunnel = (to: Machine, ...words: readonly string[]) => {
    const child = spawn('ssh', ['-N', '-o', 'ExitOnForwardFailure=yes', ...words, ...to.sshWords(to.user)], {
      stdio: 'ignore',
    })
    return { child, ended: once(child, 'close') }
  }
  const tunnels = [
    tunnel(gateway, '-L', `${socket}:127.0.0.1:${PORT}`),
    tunnel(machine, '-R', `127.0.0.1:${port}:${socket}`),
  ]
  await until(async () => (await isHealthy(machine, port)) || undefined)
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const { child, ended } of tunnels) {
        child.kill()
        await ended
      }
    },
  }
}

/** Asks again until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 1000; tries++) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(200)
  }
  throw new Error('It did not come to be')
}
