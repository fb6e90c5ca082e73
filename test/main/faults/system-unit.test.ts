import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { DeletionOptions } from '../../../shared/deletion'
import type { Operation } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { open } from '../../helpers/nodes'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { startSshd } from '../../helpers/sshd'
import { tempFolder } from '../../helpers/temp'
import { throwawayUser } from '../../helpers/throwaway-user'

const UNITS = '/etc/systemd/system'

/** Stands in for systemd as a login without rights meets it; only root may change anything. Files tell what is enabled. */
const SYSTEMCTL = `#!/bin/sh
verb= name=
for word; do case $word in -*|*,*) ;; *) [ -n "$verb" ] && name=$word || verb=$word ;; esac; done
for word; do [ "$word" = --user ] && { echo 'Failed to connect to bus' >&2; exit 1; }; done
[ -e "${UNITS}/$name" ] && load=loaded || load=not-found
[ -L "${UNITS}/multi-user.target.wants/$name" ] && file=enabled || file=disabled
[ $load = not-found ] && file=
[ -e FOLDER/runs ] && { active=active; pid=1; } || { active=inactive; pid=0; }
case $verb in
  show) printf 'Id=%s\nLoadState=%s\nActiveState=%s\nMainPID=%s\nUnitFileState=%s\nFragmentPath=%s\n' \
    "$name" $load $active $pid "$file" "${UNITS}/$name" ;;
  is-enabled) [ -n "$file" ] && echo $file || { echo "No such file or directory" >&2; exit 1; } ;;
  *) echo 'Interactive authentication required.' >&2; exit 1 ;;
esac
`

/** Refuses every password, in sudo's own words. */
const SUDO = `#!/bin/sh
read -r password
echo 'Sorry, try again.' >&2
echo 'sudo: no password was provided' >&2
echo 'sudo: 1 incorrect password attempt' >&2
exit 1
`

test.skipIf(skips('a unit of the system', MOUNT_OBSTACLE))(
  'sudo refused: a system unit that runs keeps everything; one that rests is what is left, by name, until it is gone',
  { timeout: 3 * MINUTE },
  async () => {
    using folder = tempFolder()
    execFileSync('chmod', ['755', folder.path])
    const home = folder.join('home')
    using user = throwawayUser({ home })
    const uid = Number(execFileSync('id', ['-u', user.name]))
    const write = (path: string, text: string, mode = 0o644): string => {
      mkdirSync(dirname(folder.join(path)), { recursive: true })
      writeFileSync(folder.join(path), text, { mode })
      return folder.join(path)
    }
    write('home/.openclaw/openclaw.json', '{ "gateway": { "port": 45997 } }')
    write('home/.openclaw/agents/main/sessions/one.jsonl', '{}\n')
    for (const path of ['', ...readdirSync(home, { recursive: true }).map(String)])
      chownSync(join(home, path), uid, uid)
    write('bin/systemctl', SYSTEMCTL.replaceAll('FOLDER', folder.path), 0o755)
    write('bin/sudo', SUDO, 0o755)
    const exec = `${process.execPath} ${home}/openclaw/dist/index.js gateway run --port 45997`
    const unit = write('system/openclaw.service', `[Service]\nUser=${user.name}\nExecStart=${exec}\n`)
    const link = folder.join('system/multi-user.target.wants/openclaw.service')
    mkdirSync(dirname(link))
    symlinkSync(`${UNITS}/openclaw.service`, link)
    const runs = write('runs', '')

    const path = [folder.join('bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':')
    await using sshd = await startSshd({
      user: user.name,
      env: { HOME: home, PATH: path, SHELL: '/bin/sh' },
      hiding: [],
      showing: { [UNITS]: folder.join('system') },
    })
    await using services = await open(folder.join('data'))
    const { registry, hostKeys, secrets, deletionPlanner, operations, fleet } = services
    const { id } = registry.add({ ...sshd.input, label: 'hand-made' })
    hostKeys.replace(id, sshd.hostKey)
    await secrets.set(id, 'sudo', 'not the password')
    const deletion = async (): Promise<Operation> => {
      const plan = await deletionPlanner.delete(id, DeletionOptions.parse({}))
      expect(plan.deletion?.items.find(item => item.name === 'openclaw.service')).toMatchObject({
        ...{ verdict: 'goes', needsRoot: true, path: `${UNITS}/openclaw.service` },
      })
      return operations.settled((await operations.run(plan.id, { typedName: 'hand-made' })).id)
    }
    const stateOf = (run: Operation, stepId: string) => run.steps.find(step => step.stepId === stepId)

    // It runs, and nobody could stop it: nothing at all is deleted.
    const running = await deletion()
    expect(running.state).toBe('failed')
    expect(stateOf(running, 'stop')?.error).toMatchObject({ code: 'credential-refused' })
    expect(stateOf(running, 'stop')?.error?.message).toMatch(/openclaw\.service is active.*refused the sudo password/)
    expect(stateOf(running, 'back-up')?.state).toBe('skipped')
    expect(existsSync(join(home, '.openclaw/openclaw.json'))).toBe(true)

    // It rests: all goes but what only root may remove, and just that is told.
    rmSync(runs)
    const left = await deletion()
    expect(left.state).toBe('cleaning-up')
    expect(stateOf(left, 'disable')).toMatchObject({ state: 'failed' })
    expect(stateOf(left, 'disable')?.note).toContain('refused the sudo password')
    expect(stateOf(left, 'remove-units')?.error?.message).toMatch(/^2 items left: .*refused the sudo password/)
    const remainder = [
      `${UNITS}/multi-user.target.wants/openclaw.service`,
      'Service definitions of OpenClaw',
      'The start of openclaw.service by itself (system)',
      'openclaw.service',
    ]
    expect(left.proof.flatMap(({ what, verdict }) => (verdict === 'proven' ? [] : what)).sort()).toEqual(remainder)
    expect((await fleet.view(id)).removal?.remains.map(text => text.split(': ')[0]).sort()).toEqual(remainder)
    expect(existsSync(join(home, '.openclaw'))).toBe(false)
    expect(existsSync(unit)).toBe(true)
    expect(registry.list()).toHaveLength(1)

    // The admin does it by hand.
    for (const file of [unit, link]) rmSync(file)
    const again = await operations.settled(operations.resume(left.id).id)
    expect(again).toMatchObject({ state: 'done', error: null })
    expect(again.proof.filter(row => row.verdict !== 'proven')).toEqual([])
    expect(registry.list()).toEqual([])
  },
)
